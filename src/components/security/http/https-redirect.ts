// Where a plain request is sent to, and what the answer says. Knows nothing of sockets.

/** Characters that a URL may not hold as they are. */
const UNSAFE = /[^\u0021-\u007e]|["<>\\^`{|}]/gu

/** The same path and query over https. `target` is a request target as it was sent, `host` goes unchecked. */
export function httpsUrl(host: string, target: string): string {
  const relative = target.startsWith('/') ? target : target.replace(/^[^/]*\/\/[^/?]*/, '')
  return `https://${host}${relative}`.replace(UNSAFE, (character) => encodeURIComponent(character.toWellFormed()))
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

/** The page that Go's http.Redirect writes. */
export function redirectPage(url: string): string {
  return `<a href="${url.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)}">Moved Permanently</a>.\n\n`
}
