// Reads the head of an HTTP/1.1 response. Strict: what two readers could understand differently is an error. Knows no sockets.

import { canonicalName, HeaderMap } from '../../engine/headers.ts'

/** How the body's end is found: bytes to come, chunks, or the end of the connection. */
export type Framing = number | 'chunked' | 'close'

export interface ResponseHead {
  readonly statusCode: number
  /** Without Transfer-Encoding, which belongs to the connection. */
  readonly headers: HeaderMap
  readonly framing: Framing
  /** Whether the connection may serve another request after this one. */
  readonly keepsAlive: boolean
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d{2})(?: [^\r\n]*)?$/
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const LENGTH = /^\d{1,15}$/

/**
 * `text` is the head as latin1, without the empty line at its end. `hasNoBody` holds for answers to HEAD.
 * Throws an Error with Go's words for what is wrong.
 */
export function parseResponseHead(text: string, hasNoBody: boolean): ResponseHead {
  let start = text.indexOf('\r\n')
  const first = start < 0 ? text : text.slice(0, start)
  const status = STATUS_LINE.exec(first)
  if (status === null) throw new Error(`malformed HTTP response "${first.slice(0, 80)}"`)
  const fields: string[] = []
  const connection = { keepsAlive: status[1] === '1', transferEncoding: '', length: '' }
  while (start >= 0) {
    const next = text.indexOf('\r\n', start + 2)
    readField(next < 0 ? text.slice(start + 2) : text.slice(start + 2, next), fields, connection)
    start = next
  }
  const statusCode = Number(status[2])
  const isEmpty = hasNoBody || statusCode < 200 || statusCode === 204 || statusCode === 304
  const framing = isEmpty ? 0 : findFraming(connection)
  return { statusCode, headers: new HeaderMap(fields), framing, keepsAlive: connection.keepsAlive && framing !== 'close' }
}

interface ConnectionFields {
  keepsAlive: boolean
  transferEncoding: string
  length: string
}

function readField(line: string, fields: string[], connection: ConnectionFields): void {
  const colon = line.indexOf(':')
  const written = line.slice(0, colon)
  const value = line.slice(colon + 1).trim()
  // security: a folded line or a name with blanks could hide a second meaning.
  if (colon <= 0 || !NAME.test(written) || !VALUE.test(value)) throw new Error(`malformed MIME header line: ${line.slice(0, 80)}`)
  const name = canonicalName(written)
  switch (name) {
    case 'Transfer-Encoding':
      connection.transferEncoding += `${connection.transferEncoding === '' ? '' : ','}${value}`
      return
    case 'Content-Length':
      if (connection.length !== '' && connection.length !== value)
        throw new Error(`http: message cannot contain multiple Content-Length headers; got ["${connection.length}" "${value}"]`)
      if (!LENGTH.test(value)) throw new Error(`bad Content-Length "${value}"`)
      if (connection.length !== '') return
      connection.length = value
      break
    case 'Connection': {
      const options = value.toLowerCase()
      if (options.includes('close')) connection.keepsAlive = false
      else if (options.includes('keep-alive')) connection.keepsAlive = true
      break
    }
  }
  fields.push(name, value)
}

function findFraming({ transferEncoding, length }: ConnectionFields): Framing {
  if (transferEncoding !== '') {
    if (transferEncoding.toLowerCase() !== 'chunked') throw new Error(`unsupported transfer encoding: "${transferEncoding}"`)
    // security: with both the length is a lie of one of two servers; such a connection is not used again by the caller.
    return 'chunked'
  }
  return length === '' ? 'close' : Number(length)
}
