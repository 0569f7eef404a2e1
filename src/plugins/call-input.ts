// What plugins hand to `site.call` and `site.fetch`: a mistake is a TypeError that names it, never a member that nobody reads.

import { escapeQueryComponent } from '../go/url.ts'
import { suggestHint } from '../schema/suggest.ts'
import { isPlainObject, typeOf } from './answers.ts'
import { LightRequest } from './request.ts'
import type { CallInput, CallOptions, FetchInit } from './site-types.ts'

const CALL = 'site.call'
const INPUT: ReadonlySet<string> = new Set<keyof CallInput>(['params', 'query', 'headers', 'body', 'data'])
const OPTIONS: ReadonlySet<string> = new Set<keyof CallOptions>(['request', 'signal', 'trusted'])
const TRUSTED: ReadonlySet<string> = new Set<keyof NonNullable<CallOptions['trusted']>>(['claims'])
const FETCH: ReadonlySet<string> = new Set<keyof FetchInit>(['method', 'headers', 'body', 'data', 'signal'])

export function checkInput(input: CallInput): void {
  checkMembers(CALL, 'the input', input, INPUT)
  checkContent(CALL, input)
  const { body, query } = input
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError(`${CALL}: body is a text or bytes, not ${typeOf(body)}`)
  checkFields(CALL, 'query', query)
}

export function checkOptions(options: CallOptions): void {
  checkMembers(CALL, 'the options', options, OPTIONS)
  const { request, signal, trusted } = options
  if (request !== undefined && !(request instanceof LightRequest))
    throw new TypeError(`${CALL}: request is what a plugin was asked, not ${typeOf(request)}`)
  checkSignal(CALL, signal)
  if (trusted === undefined) return
  checkMembers(CALL, 'trusted', trusted, TRUSTED)
  if (!isPlainObject(trusted.claims)) throw new TypeError(`${CALL}: trusted.claims is an object, not ${typeOf(trusted.claims)}`)
}

export function checkFetch(init: FetchInit): void {
  checkMembers('site.fetch', 'the second argument', init, FETCH)
  checkContent('site.fetch', init)
  checkSignal('site.fetch', init.signal)
}

/** A query as it is written in a target. */
export function queryOf(query: CallInput['query'] = {}): string {
  const pairs =
    Symbol.iterator in query ? query : Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
  return Array.from(pairs, (pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new TypeError(`${CALL}: query is a list of names and values, not of ${typeOf(pair)}`)
    const [name, value] = pair as [unknown, unknown]
    return `${escapeQueryComponent(textOf('query', name))}=${escapeQueryComponent(textOf(`query.${String(name)}`, value))}`
  }).join('&')
}

export function paramsOf(params: NonNullable<CallInput['params']>): Record<string, string> {
  if (!isPlainObject(params)) throw new TypeError(`${CALL}: params is an object, not ${typeOf(params)}`)
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, textOf(`params.${name}`, value)]))
}

/** Numbers and truth values are written as everybody writes them. */
function textOf(what: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  throw new TypeError(`${CALL}: ${what} is a text, not ${typeOf(value)}`)
}

function checkMembers(call: string, what: string, given: object, members: ReadonlySet<string>): void {
  if (!isPlainObject(given)) throw new TypeError(`${call}: ${what} must be an object, not ${typeOf(given)}`)
  const unknown = Object.keys(given).find((member) => !members.has(member))
  if (unknown === undefined) return
  const hint = suggestHint(unknown, members) || `there are ${[...members].join(', ')}`
  throw new TypeError(`${call}: unknown member "${unknown}" of ${what}: ${hint}`)
}

function checkContent(call: string, { data, body, headers }: Pick<FetchInit, 'data' | 'body' | 'headers'>): void {
  if (data !== undefined && body !== undefined) throw new TypeError(`${call}: there are data and a body: a request has one of them`)
  checkFields(call, 'headers', headers)
}

function checkFields(call: string, what: string, fields: unknown): void {
  if (fields === undefined || (typeof fields === 'object' && fields !== null)) return
  throw new TypeError(`${call}: ${what} is an object or a list of pairs, not ${typeOf(fields)}`)
}

function checkSignal(call: string, signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`${call}: signal is an AbortSignal, not ${typeOf(signal)}`)
}
