// Texts that stand for values which only a real request has: they pass every encoding, and become the placeholder again when they are shown.

/** Of letters, digits and hyphens, which no place of a call encodes. */
const STAND_IN = /explained-([0-9a-f]+)-value/g

/** `placeholder`: as the file has it, `{resp0_id}`. */
export function standInFor(placeholder: string): string {
  return `explained-${Buffer.from(placeholder).toString('hex')}-value`
}

/** The text with placeholders where stand-ins are. */
export function withPlaceholders(text: string): string {
  return text.replaceAll(STAND_IN, (_all, hex: string) => Buffer.from(hex, 'hex').toString())
}
