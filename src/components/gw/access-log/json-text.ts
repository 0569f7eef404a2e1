// Texts of others as JSON strings that a terminal can show as well.

/** Needs no second look. */
const PLAIN = /^[ !#-[\]-~]*$/
/** What JSON leaves as it is: DEL and C1, line ends of some readers, marks that turn the direction of writing. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** security: nothing that a client sends ends a line, colours a terminal or looks like another member. */
export function jsonText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return JSON.stringify(text.toWellFormed()).replaceAll(UNSEEN, (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
