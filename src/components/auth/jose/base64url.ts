// Base64 as tokens and keys write it. Knows nothing of either.

const ALPHABET = /^[A-Za-z0-9_-]*$/
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * The bytes of a base64url text, or null. Trailing `=` are allowed in any number and bits that belong to no byte may be
 * set, as in go-jose; line feeds, blanks and the standard alphabet are not.
 */
export function decodeBase64url(text: string): Buffer | null {
  return decodeBare(trimPadding(text))
}

/** The same where lines may be broken, as keys write it. compat: but not behind the padding. */
export function decodeLinesOfBase64url(text: string): Buffer | null {
  return decodeBare(joinLines(trimPadding(text)))
}

function decodeBare(text: string): Buffer | null {
  return text.length % 4 === 1 || !ALPHABET.test(text) ? null : Buffer.from(text, 'base64url')
}

/** Whether a text that `decodeBase64url` accepts is exactly what encoding its bytes gives. */
export function isCanonical(text: string): boolean {
  const rest = text.length % 4
  if (rest === 0) return !text.endsWith('=')
  const last = DIGITS.indexOf(text.charAt(text.length - 1))
  return last >= 0 && (last & (rest === 2 ? 15 : 3)) === 0
}

/** The bytes of a padded text in the standard alphabet, whose lines may be broken; or null. */
export function decodeBase64(text: string): Buffer | null {
  const joined = joinLines(text)
  return joined.length % 4 === 0 && STANDARD.test(joined) ? Buffer.from(joined, 'base64') : null
}

/** The bytes of a padded base64url text, whose lines may be broken. Throws Go's message for a wrong one. */
export function decodePaddedBase64url(text: string): Buffer {
  const joined = joinLines(text)
  const bare = trimPadding(joined)
  const wrong = bare.search(/[^A-Za-z0-9_-]/)
  if (wrong >= 0) throw new Error(`illegal base64 data at input byte ${wrong}`)
  if (joined.length % 4 !== 0 || joined.length - bare.length > 2) throw new Error(`illegal base64 data at input byte ${bare.length}`)
  return Buffer.from(bare, 'base64url')
}

/** As Go's decoders read it: line breaks anywhere are no data. */
function joinLines(text: string): string {
  return text.replaceAll(/[\r\n]/g, '')
}

function trimPadding(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0x3d) end--
  return end === text.length ? text : text.slice(0, end)
}
