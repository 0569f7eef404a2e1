// The part of Redis' protocol that publishing and subscribing need. Knows nothing of sockets.

export type RespValue = string | number | null | RespError | RespValue[]

export class RespError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** security: a server that is none cannot make the gateway collect bytes without end. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024
/** A message of a channel has three. */
const MAX_ITEMS = 1000

/** A command as an array of bulk strings. */
export function encodeCommand(...words: readonly string[]): Buffer {
  return Buffer.concat([
    Buffer.from(`*${words.length}\r\n`),
    ...words.map((word) => Buffer.concat([Buffer.from(`$${Buffer.byteLength(word)}\r\n`), Buffer.from(word), Buffer.from('\r\n')])),
  ])
}

/** Thrown inside when a reply is not complete. */
const INCOMPLETE = Symbol('incomplete')

/** Collects bytes and gives complete replies. Throws when the bytes are no replies. */
export class RespParser {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  push(chunk: Buffer): RespValue[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const replies: RespValue[] = []
    try {
      for (;;) {
        this.#at = 0
        replies.push(this.#value(0))
        this.#bytes = this.#bytes.subarray(this.#at)
      }
    } catch (thrown) {
      if (thrown !== INCOMPLETE) throw thrown
    }
    if (this.#bytes.length > MAX_REPLY_BYTES) throw new Error('reply too long')
    return replies
  }

  #value(depth: number): RespValue {
    const line = this.#line()
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return rest
      case '-':
        return new RespError(rest)
      case ':':
        return Number(rest)
      case '$':
        return this.#bulk(Number(rest))
      case '*':
        if (depth > 8) throw new Error('nested too deep')
        if (!(Number(rest) <= MAX_ITEMS)) throw new Error('reply too long')
        return Array.from({ length: Math.max(0, Number(rest)) }, () => this.#value(depth + 1))
      default:
        throw new Error('no reply')
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf('\r\n', this.#at)
    if (end < 0) throw INCOMPLETE
    const line = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 2
    return line
  }

  #bulk(length: number): string | null {
    if (length < 0) return null
    const end = this.#at + length
    if (Number.isNaN(end) || length > MAX_REPLY_BYTES) throw new Error('no length')
    if (this.#bytes.length < end + 2) throw INCOMPLETE
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 2
    return text
  }
}
