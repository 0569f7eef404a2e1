// Names of header fields as Go's net/textproto writes them.

/** Token characters of RFC 9110. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Whether the text can name a field, a cookie or a method (RFC 9110 5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** `x-request-ID` → `X-Request-Id`; what is no token keeps its spelling. */
export function canonicalHeaderName(name: string): string {
  if (!isToken(name)) return name
  return name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}
