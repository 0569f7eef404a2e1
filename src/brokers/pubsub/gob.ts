// The form in which gocloud writes messages of NATS that have metadata: a Go gob stream of a map of texts and of bytes. Pure.

import { encodeText } from '../../go/text.ts'

const MAP_TYPE = Buffer.from('0eff81040102ff8200010c010c0000', 'hex')
const MAP_VALUE = Buffer.from('ff8200', 'hex')
const BYTES_VALUE = Buffer.from('0a00', 'hex')
/** The id of `[]byte`, as a signed number of gob. */
const BYTES_ID = 10

export function encodeGob(metadata: ReadonlyMap<string, string>, body: Uint8Array): Buffer {
  const map = [MAP_VALUE, uint(metadata.size)]
  for (const [key, value] of metadata) map.push(counted(encodeText(key)), counted(encodeText(value)))
  const bytes = Buffer.concat([BYTES_VALUE, counted(body)])
  return Buffer.concat([MAP_TYPE, counted(Buffer.concat(map)), counted(bytes)])
}

/** The bytes behind the map; null for what is no such stream. */
export function decodeGob(payload: Buffer): Buffer | null {
  const stream = new Reader(payload)
  const map = stream.nextValue()
  if (map === null || !isMap(map)) return null
  const bytes = stream.nextValue()
  if (bytes === null || bytes.uint() !== BYTES_ID || bytes.uint() !== 0) return null
  const body = bytes.counted()
  return stream.isAtEnd && bytes.isAtEnd ? body : null
}

function isMap(value: Reader): boolean {
  value.uint()
  if (value.uint() !== 0) return false
  const pairs = value.uint()
  if (pairs === null || pairs > value.left) return false
  for (let i = 0; i < pairs * 2; i++) if (value.counted() === null) return false
  return value.isAtEnd
}

/** gob: up to 127 as it is, else how many bytes follow, negated, and these. */
function uint(value: number): Buffer {
  if (value < 128) return Buffer.from([value])
  const digits = value.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return Buffer.concat([Buffer.from([256 - bytes.length]), bytes])
}

function counted(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint(bytes.length), bytes])
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  get isAtEnd(): boolean {
    return this.left === 0
  }

  /** Null where there is none, or one beyond 48 bits. */
  uint(): number | null {
    const first = this.#bytes[this.#at++]
    if (first === undefined || first < 128) return first ?? null
    const length = 256 - first
    if (length > 6 || length > this.left) return null
    this.#at += length
    return this.#bytes.readUIntBE(this.#at - length, length)
  }

  counted(): Buffer | null {
    const length = this.uint()
    if (length === null || length > this.left) return null
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** The next message that is a value; those that define types are passed over. */
  nextValue(): Reader | null {
    for (;;) {
      const message = this.counted()
      if (message === null) return null
      const id = new Reader(message).uint()
      // An odd number is a negative id: a definition.
      if (id === null || id % 2 === 0) return id === null ? null : new Reader(message)
    }
  }
}
