// Header fields as plugins see them: a view that is copied when it is written to, and refuses what cannot stand on the wire.

import { canonicalName, HeaderMap, HOP_BY_HOP, type ReadonlyHeaders } from '../engine/headers.ts'
import { isToken } from '../go/header-name.ts'
import type { PluginHeaders } from './types.ts'

/** Whoever may say that nothing is written any more. */
export interface Sealable {
  /** Throws a TypeError once it is sealed. */
  assertOpen(): void
}

/** Fields that the gateway decides about. */
const OWN = new Set([...HOP_BY_HOP, 'Content-Length'])
const NO_FIELDS = new HeaderMap()
/** security: a line end would begin another field. */
const UNWRITABLE = /[\r\n\0]|[^\u0000-\u00ff]/

/** What is never written to. */
export const SEALED: Sealable = {
  assertOpen() {
    throw new TypeError('this cannot be changed')
  },
}

export class LightHeaders implements PluginHeaders {
  readonly #base: ReadonlyHeaders
  #own: HeaderMap | null = null
  readonly #owner: Sealable

  constructor(base: ReadonlyHeaders | null, owner: Sealable) {
    this.#base = base ?? NO_FIELDS
    this.#owner = owner
  }

  /** As they are now; the map that was given where nothing was written. */
  get map(): ReadonlyHeaders {
    return this.#own ?? this.#base
  }

  get isChanged(): boolean {
    return this.#own !== null
  }

  get(name: string): string | null {
    const { fields } = this.map
    const wanted = canonicalName(name)
    let found: string | null = null
    for (let i = 0; i < fields.length; i += 2)
      if (fields[i] === wanted) found = found === null ? (fields[i + 1] as string) : `${found}, ${fields[i + 1]}`
    return found
  }

  getAll(name: string): string[] {
    return this.map.values(canonicalName(name))
  }

  getSetCookie(): string[] {
    return this.map.values('Set-Cookie')
  }

  has(name: string): boolean {
    return this.map.has(canonicalName(name))
  }

  set(name: string, value: string | readonly string[]): void {
    const field = this.#check(name)
    const values = Array.isArray(value) ? value.map(checkValue) : [checkValue(value)]
    if (OWN.has(field)) return
    const map = this.#writable()
    map.delete(field)
    for (const one of values) map.add(field, one)
  }

  append(name: string, value: string): void {
    const field = this.#check(name)
    const checked = checkValue(value)
    if (!OWN.has(field)) this.#writable().add(field, checked)
  }

  delete(name: string): void {
    this.#owner.assertOpen()
    const field = canonicalName(name)
    if (this.map.has(field)) this.#writable().delete(field)
  }

  *entries(): IterableIterator<[string, string]> {
    const { fields } = this.map
    for (let i = 0; i < fields.length; i += 2) yield [fields[i] as string, fields[i + 1] as string]
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  #check(name: string): string {
    this.#owner.assertOpen()
    if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} cannot be the name of a header`)
    return canonicalName(name)
  }

  #writable(): HeaderMap {
    this.#own ??= this.#base.copy()
    return this.#own
  }
}

function checkValue(value: unknown): string {
  const text = String(value)
  if (UNWRITABLE.test(text)) throw new TypeError('the value of a header cannot hold line ends, NUL, or characters above U+00FF')
  return text
}

/** Fields that a plugin writes down in an answer or for a call. Throws a TypeError for what cannot be written. */
export function headersFrom(pairs: Iterable<readonly [string, string]>): HeaderMap {
  const headers = new LightHeaders(new HeaderMap(), { assertOpen() {} })
  for (const [name, value] of pairs) headers.append(name, value)
  return headers.map.copy()
}
