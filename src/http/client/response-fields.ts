// The fields of a response head and what they say about its body and its connection, as Go's net/http reads them.

import { FewTexts } from '../../engine/few-texts.ts'
import { addConnectionNames, canonicalName, HOP_BY_HOP } from '../../engine/headers.ts'
import { isToken } from '../../go/header-name.ts'
import { quote } from '../../go/quote.ts'

const UNUSABLE = ''
/** perf: names as backends send them, and their canonical form; empty for what no client gets, null for what breaks the head. */
const knownNames = new FewTexts(1000, (sent) => (isToken(sent) ? canonicalName(sent) : isUnusable(sent) ? UNUSABLE : null))

/** compat: a name that would be a token but for its blanks: Go reads on, and no client ever sees such a field. */
function isUnusable(sent: string): boolean {
  return isToken(sent.replaceAll(' ', ''))
}

/** Names that answers will have: strangers cannot take their places in the table. */
export function expectResponseNames(names: Iterable<string>): void {
  knownNames.expect(names)
}

/** A response that is no HTTP/1.x, in Go's words. */
export class MalformedResponse extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MalformedResponse'
  }
}

/** How a body is delimited, gathered field by field. */
export class Framing {
  length: number | null = null
  /** As it is written. */
  lengthText = ''
  isChunked = false
  closes: boolean
  keepAliveMs = 0
  /** Fields that belong to the connection as well, because it says so. */
  ownNames: Set<string> | null = null
  /** What a folded line would go on with. */
  last: 'nothing' | 'kept field' | 'left-out field' | 'length of the body' = 'nothing'

  /** `closes`: what the version says when the fields do not. */
  constructor(closes: boolean) {
    this.closes = closes
  }
}

/** Takes the field between two places of a head; most of them go to `fields`. Throws a MalformedResponse. */
export function readField(text: string, start: number, stop: number, fields: string[], framing: Framing): void {
  const first = text.charCodeAt(start)
  if (first === 0x20 || first === 0x09) {
    // A folded line goes on with the field before it.
    if (framing.last === 'nothing') throw broken(`malformed MIME header initial line: ${quote(text.slice(start, stop))}`)
    // security: what says where the body ends is said in one line, or not at all.
    if (framing.last === 'length of the body') throw broken(`malformed MIME header line: ${text.slice(start, stop)}`)
    if (framing.last === 'kept field') fields[fields.length - 1] += ` ${text.slice(start, stop).trim()}`
    return
  }
  const colon = text.indexOf(':', start)
  const name = colon < 0 || colon >= stop ? null : knownNames.of(text.slice(start, colon))
  if (name === null) throw broken(`malformed MIME header line: ${text.slice(start, stop)}`)
  framing.last = 'left-out field'
  if (name === UNUSABLE) return
  let from = colon + 1
  let to = stop
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  const value = text.slice(from, to)
  if (name === 'Content-Length') {
    framing.last = 'length of the body'
    if (!/^\d{1,15}$/.test(value)) throw broken(`bad Content-Length ${quote(value)}`)
    const length = Number(value)
    if (framing.length !== null) {
      // security: whoever stands in front may read 07 as another number.
      if (framing.lengthText === value) return
      const got = `${quote(framing.lengthText)} ${quote(value)}`
      throw broken(`http: message cannot contain multiple Content-Length headers; got [${got}]`)
    }
    framing.length = length
    framing.lengthText = value
  } else if (name === 'Transfer-Encoding') {
    framing.last = 'length of the body'
    if (framing.isChunked || value.toLowerCase() !== 'chunked') throw broken(`unsupported transfer encoding: ${quote(value)}`)
    framing.isChunked = true
    return
  } else if (name === 'Connection') {
    const tokens = value.toLowerCase()
    if (/(?:^|[\s,])close(?:$|[\s,])/.test(tokens)) framing.closes = true
    else if (/(?:^|[\s,])keep-alive(?:$|[\s,])/.test(tokens)) framing.closes = false
    framing.ownNames = addConnectionNames(framing.ownNames, tokens)
    return
  } else if (HOP_BY_HOP.has(name)) {
    if (name === 'Keep-Alive') framing.keepAliveMs = Number(/timeout=(\d{1,6})/i.exec(value)?.[1] ?? 0) * 1000
    return
  }
  if (name !== 'Content-Length') framing.last = 'kept field'
  fields.push(name, value)
}

/** Fields that are for whoever reads the answer, whatever a Connection field says (RFC 9110, 7.6.1). */
const FOR_ALL = /^(?:Content-.+|Cache-Control|Expires|Vary)$/

/** Without those that the connection has declared its own. */
export function withoutOwn(fields: string[], { ownNames }: Framing): string[] {
  if (ownNames === null) return fields
  const isOwn = (name: string): boolean => ownNames.has(name) && !FOR_ALL.test(name)
  return fields.filter((_text, index) => !isOwn(fields[index - (index % 2)] as string))
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Go's words for a head that is none. */
export function broken(detail: string): MalformedResponse {
  return new MalformedResponse(`net/http: HTTP/1.x transport connection broken: ${detail}`)
}
