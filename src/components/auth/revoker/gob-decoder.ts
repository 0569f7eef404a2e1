// Go's gob: a stream of bytes becomes values. Knows nothing of what is sent.

import { GobError, GobReader } from './gob-reader.ts'
import { BUILT_IN_TYPES, textOf, WIRE_TYPE } from './gob-types.ts'
import type { GobStruct, GobType, GobValue } from './gob-types.ts'

export interface GobMessage {
  readonly type: GobType
  readonly value: GobValue
}

/** security: a stream may describe types without end. */
const MAX_TYPES = 1000
/** security: what describes types is kept as long as the stream lives. */
const MAX_TYPE_BYTES = 65_536
/** What a chunk costs beside its bytes: a sender may send them one by one. */
const CHUNK_BYTES = 400
/** The longest length in front of a message. */
const LENGTH_BYTES = 9

/** Feed it with `push`, then take messages with `next` until there is none. Both throw a GobError. */
export class GobDecoder {
  readonly #types = new Map<number, GobType>(BUILT_IN_TYPES)
  readonly #maxMessageBytes: number
  #chunks: Buffer[] = []
  #size = 0
  #typeBytes = 0
  /** Bytes of the message that is coming in, without its length; -1 while that is unknown. */
  #wanted = -1

  /** A longer message is an error. */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes
  }

  /** Memory of what waits for the rest of its message; 0 when nothing does. */
  get heldBytes(): number {
    return this.#size + this.#chunks.length * CHUNK_BYTES
  }

  /** Whether a message has begun. */
  get isInMessage(): boolean {
    return this.#size > 0 || this.#wanted >= 0
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  /** The next value; null when more bytes are needed. Descriptions of types are read on the way. */
  next(): GobMessage | null {
    for (;;) {
      const bytes = this.#takeMessage()
      if (bytes === null) return null
      const reader = new GobReader(bytes, this.#types)
      const id = Number(reader.int())
      if (id >= 0) {
        const type = this.#types.get(id)
        if (type === undefined) throw new GobError('unknown type')
        return { type, value: reader.top(id) }
      }
      this.#typeBytes += bytes.length
      if (this.#typeBytes > MAX_TYPE_BYTES) throw new GobError('descriptions of types too long')
      this.#learn(-id, reader.top(WIRE_TYPE) as GobStruct)
    }
  }

  #takeMessage(): Buffer | null {
    if (this.#wanted < 0 && !this.#readLength()) return null
    if (this.#size < this.#wanted) return null
    // perf: chunks are joined once a message is complete, not with every chunk.
    const joined = this.#joined()
    const message = joined.subarray(0, this.#wanted)
    this.#keep(joined.subarray(this.#wanted))
    this.#wanted = -1
    return message
  }

  #readLength(): boolean {
    if (this.#size === 0) return false
    const head = this.#joined()
    const first = head[0] as number
    const lengthBytes = first < 128 ? 1 : 257 - first
    if (lengthBytes > LENGTH_BYTES) throw new GobError('no length')
    if (this.#size < lengthBytes) return false
    const length = new GobReader(head.subarray(0, lengthBytes), this.#types).uint()
    if (typeof length === 'bigint' || length > this.#maxMessageBytes) throw new GobError('message too long')
    this.#wanted = length
    this.#keep(head.subarray(lengthBytes))
    return true
  }

  #joined(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#size = rest.length
  }

  #learn(id: number, wire: GobStruct): void {
    if (this.#types.has(id)) throw new GobError('type described twice')
    if (this.#types.size >= MAX_TYPES) throw new GobError('too many types')
    this.#types.set(id, typeOf(wire))
  }
}

function typeOf(wire: GobStruct): GobType {
  const [kind, described] = Object.entries(wire)[0] ?? []
  const description = described as GobStruct | undefined
  switch (kind) {
    case 'ArrayT':
    case 'SliceT':
      return { kind: 'list', element: Number(description?.['Elem'] ?? 0) }
    case 'MapT':
      return { kind: 'map', key: Number(description?.['Key'] ?? 0), element: Number(description?.['Elem'] ?? 0) }
    case 'StructT':
      return structOf(description ?? {})
    case 'GobEncoderT':
    case 'BinaryMarshalerT':
    case 'TextMarshalerT':
      // Types that write themselves arrive as the bytes they wrote.
      return { kind: 'bytes' }
    default:
      throw new GobError('unknown kind of type')
  }
}

function structOf(description: GobStruct): GobType {
  const common = description['CommonType'] as GobStruct | undefined
  const fields = (description['Field'] ?? []) as GobStruct[]
  return {
    kind: 'struct',
    name: textOf(common?.['Name']),
    fields: fields.map((field) => ({ name: textOf(field['Name']), type: Number(field['Id'] ?? 0) })),
  }
}
