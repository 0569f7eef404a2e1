// Texts that others say, made harmless for a log: they start no line, move no cursor and set no colour.

/** C0, DEL and C1, and the line and paragraph separators that some readers take for line ends. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const CONTROLS = new RegExp(CONTROL, 'g')
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** `\n`, `\r`, `\t` and `\u001b` in place of the characters; everything else, backslashes too, stays as it is. */
export function escapeControls(text: string): string {
  return CONTROL.test(text) ? text.replaceAll(CONTROLS, escapeOne) : text
}

function escapeOne(character: string): string {
  return SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
