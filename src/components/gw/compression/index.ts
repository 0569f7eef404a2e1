// Component `_gw/compression`: answers in the encoding that the client likes best, where that is worth it and does no harm.

import { Readable } from 'node:stream'
import type { Static } from 'typebox'
import { component, type Site } from '../../../engine/compile/component.ts'
import { FewTexts } from '../../../engine/few-texts.ts'
import type { HeaderMap } from '../../../engine/headers.ts'
import type { Answer, Exchange } from '../../../engine/types.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { compressBytes, compressStream, compressWhole, type Encoding, ENCODINGS } from './encoders.ts'
import { compileMediaTypes, isMediaTypePattern } from './media-types.ts'
import { chooseEncoding } from './negotiate.ts'

const options = Type.Object({
  encodings: Type.Array(Type.Enum([...ENCODINGS]), {
    default: ['br', 'gzip'],
    description: 'Which, the preferred one first, among those that a client likes equally: `br`, `gzip`, `zstd`.',
  }),
  min_size: Type.Integer({
    default: 1024,
    minimum: 0,
    description: 'Bytes. Smaller answers stay as they are; the size of a stream may be unknown.',
  }),
  types: Type.Array(Type.String(), {
    default: [
      'application/json',
      'application/*+json',
      'text/*',
      'application/xml',
      'application/*+xml',
      'application/yaml',
      'application/javascript',
      'image/svg+xml',
    ],
    description: 'Media types of answers that are compressed; `*` stands for any piece. Never `text/event-stream`.',
  }),
})

type Options = Static<typeof options>

/** Larger bodies are compressed beside the thread that serves. */
const MAX_AT_ONCE = 64 * 1024
/** security: slow clients hold what their streams need; more streams than that pass as they are. */
const MAX_STREAMS = 256
/** Clients and backends choose the texts. */
const MAX_REMEMBERED = 200
const NO_CONTENT = 204
const PARTIAL = 206
const NOT_MODIFIED = 304
/** They speak of the bytes that would have been sent. */
const OF_OTHER_BYTES = ['Content-Length', 'Accept-Ranges', 'Content-Md5', 'Digest', 'Content-Digest', 'Repr-Digest']
/** In a Vary. */
const TOLD = /(?:^|[\s,])(?:accept-encoding|\*)(?:$|[\s,])/i
const NO_TRANSFORM = /(?:^|[\s,])no-transform(?:$|[\s,;=])/i

export const compression = component({
  stage: 'endpoint',
  namespace: '_gw/compression',
  options,
  check: checkCompression,
  build(given, site) {
    if (given.encodings.length === 0) return null
    const encode = compileEncoding(given, site)
    return (next) =>
      function compressAnswer(exchange) {
        exchange.onAnswer((answer) => encode(answer, exchange))
        return next(exchange)
      }
  },
})

function compileEncoding({ encodings, min_size: minSize, types }: Options, site: Site): (answer: Answer, exchange: Exchange) => void {
  const known = new FewTexts<Encoding | null>(MAX_REMEMBERED, (accepted) => chooseEncoding(encodings, accepted))
  const listed = new FewTexts<boolean>(MAX_REMEMBERED, compileMediaTypes(types))
  const streams = site.once('compressed streams', () => ({ open: 0 }))
  return function encodeAnswer(answer, exchange) {
    const { headers, statusCode, body } = answer
    const type = headers.get('Content-Type')
    if (statusCode < 200 || (type !== undefined && !listed.of(type))) return
    if (type === undefined && statusCode !== NOT_MODIFIED) return
    if (type !== undefined) addVary(headers)
    const encoding = known.of(exchange.headers.values('Accept-Encoding').join(','))
    if (encoding === null) return
    if (statusCode === NOT_MODIFIED) weakenTag(headers)
    if (statusCode === NO_CONTENT || statusCode === PARTIAL || statusCode === NOT_MODIFIED) return
    const isHead = exchange.method === 'HEAD'
    const size = sizeOf(body, headers, isHead)
    if (size < minSize || !mayTransform(headers, exchange)) return
    const coded = isHead ? null : encodeBody(body, size, encoding, streams)
    if (coded === null && !isHead) return
    answer.body = isHead && !(body instanceof Readable) ? null : (coded ?? body)
    for (const name of OF_OTHER_BYTES) headers.delete(name)
    headers.set('Content-Encoding', encoding)
    weakenTag(headers)
  }
}

/** Null where it is to stay as it is. */
function encodeBody(body: Answer['body'], size: number, encoding: Encoding, streams: { open: number }): Answer['body'] {
  if (body === null) return null
  const isStream = body instanceof Readable
  const bytes = isStream ? null : typeof body === 'string' ? Buffer.from(body) : body
  if (bytes !== null && bytes.length <= MAX_AT_ONCE) return compressBytes(bytes, encoding)
  const source = isStream ? body : Readable.from([bytes], { objectMode: false })
  if (size <= MAX_AT_ONCE) return compressWhole(source, encoding)
  if (streams.open >= MAX_STREAMS) return null
  const coded = compressStream(source, encoding)
  streams.open++
  coded.on('close', () => streams.open--)
  return coded
}

/** Infinity for a stream whose size nobody knows. */
function sizeOf(body: Answer['body'], headers: HeaderMap, isHead: boolean): number {
  // What a backend says of the body that the same GET would have.
  if (isHead && (body === null || (typeof body !== 'string' && !(body instanceof Readable) && body.length === 0)))
    return Number(headers.get('Content-Length') ?? 0)
  if (body === null) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Readable ? Number(headers.get('Content-Length') ?? Infinity) : body.byteLength
}

/** RFC 9111, 5.2: whoever says so gets, or gave, bytes that nobody changes. What is encoded stays so. */
function mayTransform(headers: HeaderMap, exchange: Exchange): boolean {
  const isCoded = headers.has('Content-Encoding') || headers.has('Content-Range')
  const controls = [...headers.values('Cache-Control'), ...exchange.headers.values('Cache-Control')]
  return !isCoded && !controls.some((control) => NO_TRANSFORM.test(control))
}

/** Caches must tell clients apart, whatever this one gets. */
function addVary(headers: HeaderMap): void {
  if (!headers.values('Vary').some((line) => TOLD.test(line))) headers.add('Vary', 'Accept-Encoding')
}

/** Of the same content, but not of the same bytes. */
function weakenTag(headers: HeaderMap): void {
  const tag = headers.get('Etag')
  if (tag !== undefined && tag.startsWith('"')) headers.set('Etag', `W/${tag}`)
}

function checkCompression({ encodings, types }: Options): Issue[] {
  const issues = types.flatMap((type, index) =>
    isMediaTypePattern(type)
      ? []
      : [errorIssue('invalid-option', ['types', index], `"${type}" is no media type`, 'write "text/*", for one')],
  )
  if (encodings.length === 0)
    issues.push(errorIssue('invalid-option', ['encodings'], 'names none: nothing would be compressed', 'write ["gzip"], for one'))
  return issues
}
