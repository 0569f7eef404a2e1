// What stands behind the status in the first line of an answer, in Go's words.

import { STATUS_CODES } from '../../node-http.ts'

/** Where Node.js has other words, or words where Go has none. */
const WORDS = new Map([
  [413, 'Request Entity Too Large'],
  [414, 'Request URI Too Long'],
  [416, 'Requested Range Not Satisfiable'],
  [418, "I'm a teapot"],
  [509, 'status code 509'],
])

export function reasonOf(statusCode: number): string {
  return WORDS.get(statusCode) ?? STATUS_CODES[statusCode] ?? `status code ${statusCode}`
}
