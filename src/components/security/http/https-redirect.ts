// Where a plain request is sent to. Knows nothing of sockets.

import { escapeText, findBadEscape, isEncodedPath, unescapeText } from '../../../go/url-escape.ts'

/** Characters that no URL may hold as they are. */
const UNSAFE = /[^\u0021-\u007e]|["<>\\^`{|}]/gu
const UNPRINTABLE = /[^\u0021-\u007e]/gu

/** The same path and query over https. `target` is a request target as it was sent, `host` goes unchecked. */
export function httpsUrl(host: string, target: string): string {
  const relative = target.startsWith('/') ? target : target.replace(/^[^/]*\/\/[^/?]*/, '')
  const [path = ''] = relative.split('?', 1)
  // compat: a query goes on byte for byte.
  return `https://${escapeAll(host, UNSAFE)}${escapePath(path)}${escapeAll(relative.slice(path.length), UNPRINTABLE)}`
}

/** As Go's URL writes it: one character that has to be escaped, and all escapes of the path are made anew. */
function escapePath(path: string): string {
  return isEncodedPath(path) || findBadEscape(path) !== null ? escapeAll(path, UNSAFE) : escapeText(unescapeText(path), 'path')
}

function escapeAll(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => encodeURIComponent(character.toWellFormed()))
}
