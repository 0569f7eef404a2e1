// Header fields as modifiers see them: Host and the framing of the message are none of the map, but have names there.

import { modifierError, type ModifyRequest, type ModifyResponse } from './modifier.ts'
import { parseInteger } from './address.ts'
import { RequestMessage, ResponseMessage } from './messages.ts'

type Message = RequestMessage | ResponseMessage
/** For a request and for an answer alike. */
export type ModifyBoth = ModifyRequest & ModifyResponse

/** The first value; empty where there is none. `name` is canonical, as everywhere here. */
export function getField(message: Message, name: string): string {
  switch (name) {
    case 'Host':
      return message instanceof RequestMessage ? message.host : ''
    case 'Content-Length':
      return message.contentLength < 0 ? '' : String(message.contentLength)
    case 'Transfer-Encoding':
      return transferEncodings(message)[0] ?? ''
    default:
      return message.headers.get(name) ?? ''
  }
}

/** Whether one of the values is that one. */
export function hasValue(message: Message, name: string, value: string): boolean {
  switch (name) {
    case 'Host':
      return message instanceof RequestMessage && message.host !== '' && message.host === value
    case 'Content-Length':
      return message.contentLength > 0 && String(message.contentLength) === value
    case 'Transfer-Encoding':
      return transferEncodings(message).includes(value)
    default:
      return message.headers.values(name).includes(value)
  }
}

/** Replaces all values. Throws for a length that is none. */
export function setField(message: Message, name: string, value: string): void {
  switch (name) {
    case 'Host':
      if (message instanceof RequestMessage) message.host = value
      return
    case 'Content-Length':
      setLength(message, parseInteger(value, 'ParseInt'))
      return
    case 'Transfer-Encoding':
      setEncodings(message, [value])
      return
    default:
      message.headers.set(name, value)
  }
}

const MULTIPLE_HOST = modifierError('proxyutil: illegal header multiple: Host')
const MULTIPLE_LENGTH = modifierError('proxyutil: illegal header multiple: Content-Length')

/** Adds a value. Throws where there is only one. */
export function addField(message: Message, name: string, value: string): void {
  switch (name) {
    case 'Host':
      if (message instanceof RequestMessage && message.host !== '') throw MULTIPLE_HOST
      return setField(message, name, value)
    case 'Content-Length':
      if (message.contentLength > 0) throw MULTIPLE_LENGTH
      return setField(message, name, value)
    case 'Transfer-Encoding':
      setEncodings(message, [...transferEncodings(message), value])
      return
    default:
      message.headers.add(name, value)
  }
}

export function deleteField(message: Message, name: string): void {
  if (name === 'Host') setField(message, name, '')
  else if (name === 'Content-Length') setLength(message, -1)
  else if (name === 'Transfer-Encoding') setEncodings(message, null)
  else message.headers.delete(name)
}

function transferEncodings(message: Message): readonly string[] {
  return message instanceof RequestMessage ? (message.transferEncodings ?? []) : []
}

/** compat: of an answer it is the connection's business, and over. */
function setEncodings(message: Message, encodings: string[] | null): void {
  if (!(message instanceof RequestMessage)) return
  message.transferEncodings = encodings
  if (encodings?.[0] === 'chunked') message.headers.delete('Content-Length')
}

/** A request without a length that is one goes chunked. compat: an answer's length says nothing any more. */
function setLength(message: Message, length: number): void {
  if (!(message instanceof RequestMessage)) return
  if (length > 0) message.headers.set('Content-Length', String(length))
  else message.headers.delete('Content-Length')
}
