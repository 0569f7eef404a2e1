// What requests and answers hold, as maps of CEL: nothing is copied before it is read.

import { TextMap } from '../../../cel/index.ts'
import type { Value } from '../../../cel/index.ts'
import { Data } from '../../../engine/data.ts'
import type { Part } from '../../../engine/data.ts'
import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import { JsonText } from '../../../json/text.ts'
import { JsonNumber, TypedNumber } from '../../../json/types.ts'

const NOT_ASCII = /[^\0-\x7f]/

/** URL parameters. */
export class ParamsMap extends TextMap {
  readonly #params: ReadonlyMap<string, string>

  constructor(params: ReadonlyMap<string, string>) {
    super()
    this.#params = params
  }

  get size(): number {
    return this.#params.size
  }

  findText(key: string): Value | undefined {
    return this.#params.get(key)
  }

  keys(): readonly Value[] {
    return [...this.#params.keys()]
  }
}

/** Query parameters with all their values. */
export class QueryMap extends TextMap {
  readonly #query: ReadonlyMap<string, readonly string[]>

  constructor(query: ReadonlyMap<string, readonly string[]>) {
    super()
    this.#query = query
  }

  get size(): number {
    return this.#query.size
  }

  findText(key: string): Value | undefined {
    return this.#query.get(key)
  }

  keys(): readonly Value[] {
    return [...this.#query.keys()]
  }
}

/** Header fields with all their values; names in canonical form. */
export class HeaderFieldsMap extends TextMap {
  readonly #headers: ReadonlyHeaders

  constructor(headers: ReadonlyHeaders) {
    super()
    this.#headers = headers
  }

  get size(): number {
    return this.#headers.names().length
  }

  findText(key: string): Value | undefined {
    const values = this.#headers.values(key)
    return values.length === 0 ? undefined : values.map(toText)
  }

  keys(): readonly Value[] {
    return this.#headers.names()
  }
}

/** Values of headers have one character per byte. */
function toText(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

/**
 * What numbers are: `text` for those of a backend's JSON, which KrakenD keeps as they are written, `double` for those of tokens. Those of the
 * configuration and of scripts say it themselves.
 */
export type Numbers = 'text' | 'double'

/** An object of JSON. Its members become values when they are read, once. */
export class JsonMap extends TextMap {
  readonly #object: Readonly<Record<string, unknown>>
  readonly #numbers: Numbers
  readonly #read = new Map<string, Value>()

  constructor(object: Readonly<Record<string, unknown>>, numbers: Numbers) {
    super()
    this.#object = object
    this.#numbers = numbers
  }

  get size(): number {
    return Object.keys(this.#object).length
  }

  findText(key: string): Value | undefined {
    const known = this.#read.get(key)
    if (known !== undefined) return known
    // security: only own keys; `constructor` and `__proto__` are there when the JSON has them.
    if (!Object.hasOwn(this.#object, key)) return undefined
    const value = fromJson(this.#object[key], this.#numbers)
    this.#read.set(key, value)
    return value
  }

  keys(): readonly Value[] {
    return Object.keys(this.#object)
  }
}

/** A value of decoded JSON. */
export function fromJson(value: unknown, numbers: Numbers): Value {
  if (typeof value === 'number') return numbers === 'text' ? String(value) : value
  if (value instanceof TypedNumber) return value.type === 'int' ? BigInt(value.text) : Number(value.text)
  if (value instanceof JsonNumber) return numbers === 'text' ? value.text : Number(value.text)
  if (Array.isArray(value)) return value.map((element) => fromJson(element, numbers))
  if (typeof value === 'object' && value !== null) return new JsonMap(value as Readonly<Record<string, unknown>>, numbers)
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** An answer's data. A part is decoded when it is read, and no other. */
export class DataMap extends TextMap {
  readonly #data: Data
  readonly #read = new Map<string, Value>()

  constructor(data: Data) {
    super()
    this.#data = data
  }

  get size(): number {
    return this.#data.keys.length
  }

  findText(key: string): Value | undefined {
    const known = this.#read.get(key)
    if (known !== undefined) return known
    const part = this.#data.parts.get(key)
    if (part === undefined) return undefined
    const value = fromPart(part)
    this.#read.set(key, value)
    return value
  }

  keys(): readonly Value[] {
    return this.#data.keys
  }
}

function fromPart(part: Part): Value {
  if (part instanceof JsonText) return fromJson(part.decode(), 'text')
  return part instanceof Data ? new DataMap(part) : fromJson(part, 'text')
}
