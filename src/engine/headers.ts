// Header fields in the order they came, names in canonical form (Content-Type), and which of them belong to one connection.

import { canonicalHeaderName } from '../go/header-name.ts'
import { FewTexts } from './few-texts.ts'

/** Fields of one connection (RFC 9110 7.6.1, 11.7, and what came before it): never passed on, in either direction. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'Connection',
  'Http2-Settings',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authentication-Info',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Te',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
])
/** Where proxies in front of the gateway say who the client is. */
export const OF_PROXIES = /^(?:Forwarded|X-Forwarded-.+|X-Real-Ip)$/
/** security: clients and backends choose names, so the table must not grow with them. */
const canonicalNames = new FewTexts(2000, canonicalHeaderName)

/** The canonical form of a header name: `x-request-ID` → `X-Request-Id`. */
export function canonicalName(name: string): string {
  return canonicalNames.of(name)
}

/** Names that will come: strangers cannot take their places in the table. */
export function expectNames(names: Iterable<string>): void {
  canonicalNames.expect(names)
}

/** Header fields that are read only: those of requests and answers that several share. `copy` gives one to write. */
export interface ReadonlyHeaders {
  /** name, value, name, value … in order. */
  readonly fields: readonly string[]
  /** The first value of a name. */
  get(name: string): string | undefined
  has(name: string): boolean
  /** All values of a name, in order. */
  values(name: string): string[]
  /** Distinct names, in order of first appearance. */
  names(): string[]
  copy(): HeaderMap
}

/**
 * A multimap of header fields. Every `name` argument is canonical already; `fromRaw` and `canonicalName` make it so.
 * Values hold one character per byte (latin1), as they are on the wire.
 */
export class HeaderMap implements ReadonlyHeaders {
  readonly #fields: string[]

  constructor(fields: string[] = []) {
    this.#fields = fields
  }

  get fields(): readonly string[] {
    return this.#fields
  }

  /** From name, value, … pairs with names in any case. */
  static fromRaw(raw: readonly string[]): HeaderMap {
    const fields = new Array<string>(raw.length)
    for (let i = 0; i < raw.length; i += 2) {
      fields[i] = canonicalName(raw[i] as string)
      fields[i + 1] = raw[i + 1] as string
    }
    return new HeaderMap(fields)
  }

  /**
   * From a client's name, value, … pairs, without those that its Connection declares its own (RFC 9110 7.6.1).
   * security: obeyed here, once, so that a client cannot take away what the gateway sets later (propagated claims).
   */
  static fromClient(raw: readonly string[]): HeaderMap {
    const headers = HeaderMap.fromRaw(raw)
    const named = connectionNames(headers)
    // security: a client cannot take away what a proxy in front says of it, or it would pass for the proxy.
    if (named !== null) headers.deleteWhere((name) => named.has(name) && !HOP_BY_HOP.has(name) && !OF_PROXIES.test(name))
    return headers
  }

  /** The first value of a name. */
  get(name: string): string | undefined {
    const fields = this.#fields
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1]
    return undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** All values of a name, in order. */
  values(name: string): string[] {
    const found: string[] = []
    const fields = this.#fields
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) found.push(fields[i + 1] as string)
    return found
  }

  /** Replaces every value of a name by one. */
  set(name: string, value: string): void {
    const first = this.#indexOf(name)
    if (first < 0) {
      this.#fields.push(name, value)
      return
    }
    this.#fields[first + 1] = value
    this.#deleteFrom(first + 2, name)
  }

  add(name: string, value: string): void {
    this.#fields.push(name, value)
  }

  /** Puts fields, several of one name too, in the place of all those of the same names. */
  replace(fields: readonly (readonly [name: string, value: string])[]): void {
    for (const [name] of fields) this.delete(name)
    for (const [name, value] of fields) this.add(name, value)
  }

  delete(name: string): void {
    const first = this.#indexOf(name)
    if (first >= 0) this.#deleteFrom(first, name)
  }

  /** Deletes every field whose name the test accepts. */
  deleteWhere(test: (name: string) => boolean): void {
    const fields = this.#fields
    let kept = 0
    for (let i = 0; i < fields.length; i += 2) {
      if (test(fields[i] as string)) continue
      fields[kept] = fields[i] as string
      fields[kept + 1] = fields[i + 1] as string
      kept += 2
    }
    fields.length = kept
  }

  /** Distinct names, in order of first appearance. */
  names(): string[] {
    const found = new Set<string>()
    for (let i = 0; i < this.#fields.length; i += 2) found.add(this.#fields[i] as string)
    return [...found]
  }

  copy(): HeaderMap {
    return new HeaderMap(this.#fields.slice())
  }

  /** -1 when there is none. */
  #indexOf(name: string): number {
    const fields = this.#fields
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return i
    return -1
  }

  /** security: one pass however many there are; taking them out one by one would be quadratic. */
  #deleteFrom(start: number, name: string): void {
    const fields = this.#fields
    let kept = start
    for (let i = start; i < fields.length; i += 2) {
      if (fields[i] === name) continue
      fields[kept] = fields[i] as string
      fields[kept + 1] = fields[i + 1] as string
      kept += 2
    }
    fields.length = kept
  }
}

/** All values by name, in order of first appearance. security: in one pass; asking for each name would be quadratic in what strangers send. */
export function valuesByName({ fields }: ReadonlyHeaders): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (let i = 0; i < fields.length; i += 2) {
    const values = found.get(fields[i] as string)
    if (values === undefined) found.set(fields[i] as string, [fields[i + 1] as string])
    else values.push(fields[i + 1] as string)
  }
  return found
}

/** What the Connection fields name; null when that is nothing. */
export function connectionNames({ fields }: ReadonlyHeaders): Set<string> | null {
  let named: Set<string> | null = null
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === 'Connection') named = addConnectionNames(named, fields[i + 1] as string)
  return named
}

/** Adds the fields that a value of Connection declares its own; null when nothing but `close` and `keep-alive` came so far. */
export function addConnectionNames(named: Set<string> | null, value: string): Set<string> | null {
  if (value === 'keep-alive' || value === 'close') return named
  const all = named ?? new Set<string>()
  for (const name of value.split(',')) all.add(canonicalName(name.trim()))
  return all
}

/** The media type of events that a server sends as they happen: passed on as they come, and nobody else's. */
export const EVENT_STREAM = 'text/event-stream'

export function isEventStream(headers: ReadonlyHeaders): boolean {
  const type = headers.get('Content-Type')
  return type !== undefined && type.toLowerCase().startsWith(EVENT_STREAM)
}

/** In `Vary`: the answer depends on what no header says, so that it is meant for one request alone (RFC 9111, 4.1). */
export const ANYTHING = '*'
/** security: a cache keeps them and compares them for each request, and a backend may send as many as it likes. */
export const MAX_VARY_NAMES = 100
const MAX_VARY_LENGTH = 8192
const ANY: readonly string[] = [ANYTHING]

/** Names of all lines, canonical and once each; ANYTHING alone where it is among them or there are too many. */
export function varyNames(headers: ReadonlyHeaders): readonly string[] {
  const lines = headers.values('Vary')
  if (lines.length === 0) return lines
  if (lines.reduce((sum, line) => sum + line.length, 0) > MAX_VARY_LENGTH) return ANY
  const names = new Set(lines.flatMap((line) => line.split(',').map((name) => canonicalName(name.trim()))))
  names.delete('')
  return names.has(ANYTHING) || names.size > MAX_VARY_NAMES ? ANY : [...names]
}
