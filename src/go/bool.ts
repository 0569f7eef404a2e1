// Go's ParseBool.

const TRUE = /^(?:1|t|T|true|TRUE|True)$/
const FALSE = /^(?:0|f|F|false|FALSE|False)$/

/** Null for what is neither. */
export function parseBool(text: string): boolean | null {
  return TRUE.test(text) ? true : FALSE.test(text) ? false : null
}
