// Validated JSON that has not been decoded: bytes as they came, or text cut out of them. Knows nothing of Data.

import { isAscii } from 'node:buffer'
import { parseLossless } from './parse.ts'
import type { JsonScan } from './scan.ts'
import { skimBack, skimColon, skimMembers, skimSpace } from './skim.ts'
import type { JsonValue } from './types.ts'

const NOT_ASCII = /[^\0-\x7f]/

/**
 * One JSON value, valid and free of what a client must not see (repeated keys, halves of characters).
 * Keys in it have no escapes. `text` holds one character per byte (latin1), so offsets are those of the bytes.
 */
export class JsonText {
  /** Whether doubles carry all of its numbers. */
  readonly isExact: boolean
  #bytes: Buffer | null
  #text: string | null
  #memberStarts: readonly number[] | null
  #isAscii: boolean | null

  private constructor(bytes: Buffer | null, text: string | null, isExact: boolean, memberStarts: readonly number[] | null) {
    this.isExact = isExact
    this.#bytes = bytes
    this.#text = text
    this.#memberStarts = memberStarts
    this.#isAscii = null
  }

  /** The value that a scan found in `bytes`. */
  static ofScan(bytes: Buffer, scan: JsonScan): JsonText {
    const isWhole = scan.start === 0 && scan.end === bytes.length
    // offsets of members count from the beginning of the value
    const starts = scan.kind === 'object' && scan.start === 0 ? scan.memberStarts : null
    return new JsonText(isWhole ? bytes : bytes.subarray(scan.start, scan.end), null, !scan.hasInexactNumbers, starts)
  }

  /** Of text that is a part of validated JSON, or put together from such parts. */
  static ofText(text: string, isExact: boolean): JsonText {
    return new JsonText(null, text, isExact, null)
  }

  /** One character per byte. */
  get text(): string {
    this.#text ??= (this.#bytes as Buffer).toString('latin1')
    return this.#text
  }

  /** The same in the form that is there already. */
  get content(): Buffer | string {
    return this.#bytes ?? this.text
  }

  get isObject(): boolean {
    return (this.#bytes === null ? this.text.charCodeAt(0) : this.#bytes[0]) === 0x7b
  }

  /** Whether it is an object (or array) without members. */
  get isEmpty(): boolean {
    if (this.#memberStarts !== null) return this.#memberStarts.length === 0
    const c = this.text.charCodeAt(skimSpace(this.text, 1))
    return c === 0x7d || c === 0x5d
  }

  /** Offsets of the keys of an object. */
  get memberStarts(): readonly number[] {
    this.#memberStarts ??= skimMembers(this.text, 0)
    return this.#memberStarts
  }

  /** The key that begins at an offset, one character per byte. */
  rawKeyAt(start: number): string {
    return this.text.slice(start + 1, this.text.indexOf('"', start + 1))
  }

  /** The key of a member by its number. */
  keyOf(index: number): string {
    const key = this.rawKeyAt(this.memberStarts[index] as number)
    return this.isAscii ? key : fromLatin1(key)
  }

  keys(): string[] {
    return this.memberStarts.map((_, index) => this.keyOf(index))
  }

  /** The end of a member's value. */
  memberEnd(index: number): number {
    return skimBack(this.text, this.memberStarts[index + 1] ?? this.text.length - 1)
  }

  /** The value of a member by its number. */
  valueOf(index: number): JsonText {
    const { text } = this
    const start = skimColon(text, text.indexOf('"', (this.memberStarts[index] as number) + 1) + 1)
    const value = JsonText.ofText(text.slice(start, this.memberEnd(index)), this.isExact)
    if (this.isAscii) value.#isAscii = true
    return value
  }

  /** The value of a key, if the object has it. */
  member(key: string): JsonText | undefined {
    const count = this.memberStarts.length
    for (let i = 0; i < count; i++) if (this.keyOf(i) === key) return this.valueOf(i)
    return undefined
  }

  /** Decodes it. */
  decode(): JsonValue {
    const text = this.isAscii ? this.text : this.#bytes === null ? fromLatin1(this.text) : this.#bytes.toString('utf8')
    return this.isExact ? (JSON.parse(text) as JsonValue) : parseLossless(text)
  }

  get isAscii(): boolean {
    this.#isAscii ??= this.#bytes === null ? !NOT_ASCII.test(this.text) : isAscii(this.#bytes)
    return this.#isAscii
  }
}

/** Bytes that were taken for characters become the characters they stand for. */
function fromLatin1(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text
}
