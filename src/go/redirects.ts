// Which answers Go's http.Client follows, and with which request.

/** `repeat`: the same method and body again; `get`: GET without a body (a HEAD stays HEAD). null: the answer stays, whatever Location it has. */
export function redirectOf(statusCode: number): 'repeat' | 'get' | null {
  switch (statusCode) {
    case 301:
    case 302:
    case 303:
      return 'get'
    case 307:
    case 308:
      return 'repeat'
    default:
      return null
  }
}
