// Go's gob: values of known struct types become a stream of bytes. Knows nothing of what is sent.

import { BOOL, FLOAT, INT, TEXT, UINT } from './gob-types.ts'

/** What a field of an encoded struct may be. */
export type FieldKind = 'int' | 'uint' | 'float' | 'text' | 'bools'
export type FieldValue = number | bigint | string | readonly boolean[]

/** A struct that can be sent: its Go name and its exported fields in order. */
export interface StructShape {
  readonly name: string
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[]
}

/** The first id that a stream may give to a type of its own. */
const FIRST_ID = 65

const NO_BYTES = Buffer.alloc(0)

/** The id of the kinds that need no description; lists get one of their own. */
const KIND_IDS = { int: INT, uint: UINT, float: FLOAT, text: TEXT } as const

/** One direction of one connection: a type is described before its first value, once. */
export class GobEncoder {
  readonly #ids = new Map<StructShape | 'bools', number>()

  /** The bytes of one value, with the descriptions that the other side does not have yet. */
  encode(shape: StructShape, values: readonly FieldValue[]): Buffer {
    const descriptions: Buffer[] = []
    const id = this.#idOf(shape, descriptions)
    const body: Buffer[] = [encodeInt(id)]
    let before = -1
    for (const [index, value] of values.entries()) {
      const [, kind] = shape.fields[index] as readonly [string, FieldKind]
      const encoded = encodeField(kind, value)
      // Zero values are not sent.
      if (encoded === null) continue
      body.push(encodeUint(index - before), encoded)
      before = index
    }
    body.push(encodeUint(0))
    return Buffer.concat([...descriptions, message(body)])
  }

  #idOf(shape: StructShape, descriptions: Buffer[]): number {
    const known = this.#ids.get(shape)
    if (known !== undefined) return known
    const id = this.#newId(shape)
    const lists: Buffer[] = []
    const fields = shape.fields.map(([name, kind]) => {
      const type = kind === 'bools' ? this.#boolsId(lists) : KIND_IDS[kind]
      return Buffer.concat([ONE, encodeText(name), ONE, encodeInt(type), ZERO])
    })
    const list = fields.length === 0 ? NO_BYTES : Buffer.concat([ONE, encodeUint(fields.length), ...fields])
    // wireType.StructT is its third field; the first of structType is the name and id, the second the fields.
    descriptions.push(message([encodeInt(-id), encodeUint(3), ONE, common(shape.name, id), list, ZERO, ZERO]), ...lists)
    return id
  }

  #boolsId(descriptions: Buffer[]): number {
    const known = this.#ids.get('bools')
    if (known !== undefined) return known
    const id = this.#newId('bools')
    descriptions.push(message([encodeInt(-id), encodeUint(2), ONE, common('[]bool', id), ONE, encodeInt(BOOL), ZERO, ZERO]))
    return id
  }

  #newId(of: StructShape | 'bools'): number {
    const id = FIRST_ID + this.#ids.size
    this.#ids.set(of, id)
    return id
  }
}

/** A number under 128 in one byte, else the negated count of bytes and the bytes. */
export function encodeUint(value: number | bigint): Buffer {
  if (value < 128) return Buffer.from([Number(value)])
  const hex = BigInt(value).toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([256 - bytes.length]), bytes])
}

/** The sign moves to the lowest bit; below zero all other bits are inverted. */
export function encodeInt(value: number | bigint): Buffer {
  const wide = BigInt(value)
  return encodeUint(wide < 0n ? (~wide << 1n) | 1n : wide << 1n)
}

/** An IEEE double whose bytes are reversed, so that round numbers are short. */
function encodeFloat(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return encodeUint(bytes.readBigUInt64LE())
}

/** A text with one character per byte. */
function encodeText(text: string): Buffer {
  return Buffer.concat([encodeUint(text.length), Buffer.from(text, 'latin1')])
}

const ZERO = encodeUint(0)
const ONE = encodeUint(1)

function encodeField(kind: FieldKind, value: FieldValue): Buffer | null {
  if (Array.isArray(value)) {
    const flags = (value as readonly boolean[]).map(Number)
    return flags.length === 0 ? null : Buffer.concat([encodeUint(flags.length), Buffer.from(flags)])
  }
  if (typeof value === 'string') return value === '' ? null : encodeText(value)
  if (Number(value) === 0) return null
  if (kind === 'float') return encodeFloat(Number(value))
  return kind === 'int' ? encodeInt(value as number | bigint) : encodeUint(value as number | bigint)
}

function common(name: string, id: number): Buffer {
  const named = name === '' ? [encodeUint(2)] : [ONE, encodeText(name), ONE]
  return Buffer.concat([...named, encodeInt(id), ZERO])
}

function message(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([encodeUint(body.length), body])
}
