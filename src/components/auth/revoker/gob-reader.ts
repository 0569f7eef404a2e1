// Go's gob: reads one message. Knows nothing of streams and of what is sent.

import type { GobStruct, GobType, GobValue } from './gob-types.ts'

/** The bytes are no gob, or more than this reader takes. */
export class GobError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'GobError'
  }
}

/** More values than one message may hold. The stream goes on behind it. */
export class TooManyValues extends GobError {
  constructor() {
    super(`more than ${MAX_ELEMENTS} elements in one call: send them in several calls`)
  }
}

export const MAX_ELEMENTS = 100_000
/** For the structs around the elements. */
const OTHER_VALUES = 100
/** security: types may contain themselves, and a sender chooses how deep. */
const MAX_DEPTH = 32

export class GobReader {
  readonly #bytes: Buffer
  readonly #types: ReadonlyMap<number, GobType>
  #at = 0
  /** security: an empty element is one byte of a message and a whole object here. */
  #valuesLeft = MAX_ELEMENTS + OTHER_VALUES

  constructor(bytes: Buffer, types: ReadonlyMap<number, GobType>) {
    this.#bytes = bytes
    this.#types = types
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** A number under 128 in one byte, else the negated count of bytes and the bytes. */
  uint(): number | bigint {
    const first = this.#byte()
    if (first < 128) return first
    const count = 256 - first
    if (count > 8) throw new GobError('number of more than eight bytes')
    let value = 0n
    for (let i = 0; i < count; i++) value = (value << 8n) | BigInt(this.#byte())
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }

  /** The sign is the lowest bit; then all other bits are inverted. */
  int(): number | bigint {
    const folded = BigInt(this.uint())
    const value = (folded & 1n) === 1n ? -(folded >> 1n) - 1n : folded >> 1n
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }

  /** A number of bytes, elements or fields: never more than there is left. */
  count(): number {
    const count = this.uint()
    // security: every element takes a byte at least, so a short message cannot ask for a long list.
    if (typeof count === 'bigint' || count > this.left) throw new GobError('count beyond the end of the message')
    return count
  }

  /** A value as it stands in a message of its own. */
  top(typeId: number): GobValue {
    const type = this.#typeOf(typeId)
    // Everything but a struct has a zero in front, as if it were the field of one.
    if (type.kind !== 'struct' && this.uint() !== 0) throw new GobError('no zero in front of a single value')
    return this.#value(type, 0)
  }

  #value(type: GobType, depth: number): GobValue {
    if (depth > MAX_DEPTH) throw new GobError('nested too deep')
    if (this.#valuesLeft-- <= 0) throw new TooManyValues()
    switch (type.kind) {
      case 'bool':
        return this.uint() !== 0
      case 'int':
        return this.int()
      case 'uint':
        return this.uint()
      case 'float':
        return this.#float()
      case 'bytes':
        return this.#slice()
      case 'text':
        return this.#slice().toString('latin1')
      case 'complex':
        return [this.#float(), this.#float()]
      case 'list':
        return this.#list(this.#typeOf(type.element), depth + 1)
      case 'map':
        return this.#map(this.#typeOf(type.key), this.#typeOf(type.element), depth + 1)
      case 'struct':
        return this.#struct(type, depth + 1)
      default:
        throw new GobError(`${type.kind} values are not read`)
    }
  }

  #list(element: GobType, depth: number): GobValue[] {
    const count = this.count()
    if (count > MAX_ELEMENTS) throw new TooManyValues()
    const values: GobValue[] = []
    for (let i = 0; i < count; i++) values.push(this.#value(element, depth))
    return values
  }

  #map(key: GobType, element: GobType, depth: number): Map<GobValue, GobValue> {
    const count = this.count()
    const map = new Map<GobValue, GobValue>()
    for (let i = 0; i < count; i++) map.set(this.#value(key, depth), this.#value(element, depth))
    return map
  }

  #struct(type: GobType & { readonly kind: 'struct' }, depth: number): GobStruct {
    const fields: Record<string, GobValue> = Object.create(null) as Record<string, GobValue>
    let index = -1
    for (;;) {
      const delta = this.uint()
      if (delta === 0) return fields
      index += Number(delta)
      const field = type.fields[index]
      if (field === undefined) throw new GobError('field beyond the end of the struct')
      fields[field.name] = this.#value(this.#typeOf(field.type), depth)
    }
  }

  /** An IEEE double whose bytes are reversed, so that round numbers are short. */
  #float(): number {
    const reversed = Buffer.alloc(8)
    reversed.writeBigUInt64LE(BigInt(this.uint()))
    return reversed.readDoubleBE()
  }

  #slice(): Buffer {
    const count = this.count()
    const from = this.#at
    this.#at += count
    return this.#bytes.subarray(from, this.#at)
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new GobError('unexpected end of the message')
    return byte
  }

  #typeOf(id: number): GobType {
    const type = this.#types.get(id)
    if (type === undefined) throw new GobError('unknown type')
    return type
  }
}
