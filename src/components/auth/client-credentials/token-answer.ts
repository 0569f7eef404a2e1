// Reads a token endpoint's answer as golang.org/x/oauth2 does. Knows nothing of requests and caches.

import { STATUS_CODES } from '../../../node-http.ts'
import { parseBounded } from '../../../json/bounded-parse.ts'
import { explainSyntax } from '../../../json/explain-syntax.ts'
import { quote } from '../../../go/quote.ts'

export interface TokenAnswer {
  readonly statusCode: number
  /** Empty when there is none. */
  readonly contentType: string
  readonly body: Buffer
}

export interface Token {
  /** The value of the Authorization header. */
  readonly authorization: string
  /** Seconds it is good for; 0: for ever. */
  readonly lifetimeSeconds: number
}

interface Fields {
  readonly accessToken: string
  readonly tokenType: string
  readonly lifetimeSeconds: number
  readonly error: string
  readonly errorDescription: string
  readonly errorUri: string
}

const MAX_BODY_BYTES = 1024 * 1024
const MAX_INT_32 = 2 ** 31 - 1
const FORM_TYPES = new Set(['application/x-www-form-urlencoded', 'text/plain'])
/** Schemes that are written in one way, whatever the answer says. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['', 'Bearer'],
  ['bearer', 'Bearer'],
  ['mac', 'MAC'],
  ['basic', 'Basic'],
])

/** Throws an Error whose text is that of Go's oauth2 package. */
export function readTokenAnswer(answer: TokenAnswer): Token {
  const body = answer.body.subarray(0, MAX_BODY_BYTES).toString()
  const isFailure = answer.statusCode < 200 || answer.statusCode > 299
  const fields = readFields(answer, body, isFailure)
  if (isFailure || fields.error !== '') throw new Error(describeFailure(answer.statusCode, body, fields))
  if (fields.accessToken === '') throw new Error('oauth2: server response missing access_token')
  const scheme = SCHEMES.get(fields.tokenType.toLowerCase()) ?? fields.tokenType
  // Header values hold one character per byte.
  const authorization = Buffer.from(`${scheme} ${fields.accessToken}`).toString('latin1')
  return { authorization, lifetimeSeconds: fields.lifetimeSeconds }
}

const NO_FIELDS: Fields = { accessToken: '', tokenType: '', lifetimeSeconds: 0, error: '', errorDescription: '', errorUri: '' }

function readFields(answer: TokenAnswer, body: string, isFailure: boolean): Fields {
  const [mediaType = ''] = answer.contentType.split(';')
  if (FORM_TYPES.has(mediaType.trim().toLowerCase())) return readForm(body)
  try {
    return readJson(body)
  } catch (error) {
    if (isFailure) return NO_FIELDS
    const problem =
      error instanceof SyntaxError
        ? explainSyntax(Buffer.from(body)).replace(/^(unexpected )?EOF$/, 'unexpected end of JSON input')
        : (error as Error).message
    throw new Error(`oauth2: cannot parse json: ${problem}`, { cause: error })
  }
}

function readForm(body: string): Fields {
  const form = new URLSearchParams(body)
  const text = (name: string): string => form.get(name) ?? ''
  const lifetime = text('expires_in')
  return {
    accessToken: text('access_token'),
    tokenType: text('token_type'),
    lifetimeSeconds: /^[+-]?\d+$/.test(lifetime) ? Number(lifetime) : 0,
    error: text('error'),
    errorDescription: text('error_description'),
    errorUri: text('error_uri'),
  }
}

function readJson(body: string): Fields {
  const json: unknown = parseBounded(body)
  if (json === null) return NO_FIELDS
  if (typeof json !== 'object' || Array.isArray(json)) throw new Error('no object')
  // compat: names count in any case, the last one wins.
  const members = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value as unknown]))
  const text = (name: string): string => {
    const value = members.get(name) ?? ''
    if (typeof value !== 'string') throw new Error(`"${name}" is no text`)
    return value
  }
  return {
    accessToken: text('access_token'),
    tokenType: text('token_type'),
    lifetimeSeconds: readLifetime(members.get('expires_in')),
    error: text('error'),
    errorDescription: text('error_description'),
    errorUri: text('error_uri'),
  }
}

/** A whole number, or a text of one. */
function readLifetime(value: unknown): number {
  if (value === undefined || value === null) return 0
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) throw new Error('"expires_in" is no whole number')
  return Math.min(seconds, MAX_INT_32)
}

function describeFailure(statusCode: number, body: string, { error, errorDescription, errorUri }: Fields): string {
  if (error === '') return `oauth2: cannot fetch token: ${`${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd()}\nResponse: ${body}`
  const parts = [error, errorDescription, errorUri].filter((part) => part !== '').map((part) => quote(part))
  return `oauth2: ${parts.join(' ')}`
}
