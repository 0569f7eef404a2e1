// Writes the strings of JSON text the way Go does, without decoding it. Text is one character per byte.

import { escapeUnit } from '../go/quote.ts'

/** Pairs of surrogates, other escapes, what may not stand in HTML, U+2028 and U+2029. */
const SPECIAL = /\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|[^])|[<>&]|\xe2\x80[\xa8\xa9]/g

/** The last special character of a string before a colon. Never goes back more than once over the same characters. */
const SPECIAL_KEY = /[<>&\xa8\xa9][^"<>&\xa8\xa9]*"\s*:/

/** Go's short escapes; other control characters are `\u001f`. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

/** The same JSON with escapes where Go writes them, and nowhere else. Halves of surrogate pairs become U+FFFD. */
export function rewriteStrings(text: string): string {
  // perf: an `&` in a URL is by far the most frequent reason to be here
  if (!text.includes('\\') && !text.includes('\xe2\x80')) {
    return text.replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')
  }
  return text.replace(SPECIAL, rewrite)
}

/** Whether a key without escapes may get some by `rewriteStrings`. */
export function hasSpecialKeys(text: string): boolean {
  return SPECIAL_KEY.test(text)
}

function rewrite(found: string): string {
  if (found.length >= 6) return writeCharacter(unescape(found))
  if (found === '\\/') return '/'
  if (found.length === 3) return found === '\xe2\x80\xa8' ? '\\u2028' : '\\u2029'
  return found.length === 2 ? found : escapeUnit(found)
}

/** The character of `\u0041` or of a pair. */
function unescape(escape: string): string {
  const unit = Number.parseInt(escape.slice(2, 6), 16)
  const character = escape.length === 6 ? String.fromCharCode(unit) : String.fromCharCode(unit, Number.parseInt(escape.slice(8), 16))
  return character.toWellFormed()
}

function writeCharacter(character: string): string {
  const short = SHORT.get(character)
  if (short !== undefined) return short
  if (character < ' ' || '<>&\u2028\u2029'.includes(character)) return escapeUnit(character)
  return character < '\x80' ? character : Buffer.from(character, 'utf8').toString('latin1')
}
