// Validated JSON that has not been decoded: bytes as they came, or text cut out of them. Knows nothing of Data.

import { isAscii } from 'node:buffer'
import { parseJsonText, parseLossless } from './parse.ts'
import type { JsonScan } from './scan.ts'
import { skimBack, skimColon, skimMembers, skimString } from './skim.ts'
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

  /** Of bytes that are put together from parts of validated JSON. */
  static ofBytes(bytes: Buffer, isExact: boolean): JsonText {
    return new JsonText(bytes, null, isExact, null)
  }

  /** The same of text with one character per byte. */
  static ofText(text: string, isExact: boolean): JsonText {
    return new JsonText(null, text, isExact, null)
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#text as string, 'latin1')
    return this.#bytes
  }

  /** One character per byte. */
  get text(): string {
    this.#text ??= (this.#bytes as Buffer).toString('latin1')
    return this.#text
  }

  /** The bytes, or text with one character per byte: what is there already. */
  get content(): Buffer | string {
    return this.#bytes ?? this.text
  }

  get isObject(): boolean {
    return (this.#bytes === null ? this.text.charCodeAt(0) : this.#bytes[0]) === 0x7b
  }

  /** Whether it is an object without members. */
  get isEmpty(): boolean {
    return this.memberStarts.length === 0
  }

  /** Offsets of the keys of an object. */
  get memberStarts(): readonly number[] {
    this.#memberStarts ??= skimMembers(this.bytes)
    return this.#memberStarts
  }

  /** The key of a member by its number. */
  keyOf(index: number): string {
    const start = (this.memberStarts[index] as number) + 1
    const key = this.text.slice(start, this.text.indexOf('"', start))
    return this.isAscii ? key : fromLatin1(key)
  }

  keys(): string[] {
    return this.memberStarts.map((_, index) => this.keyOf(index))
  }

  /** The value of a member by its number. */
  valueOf(index: number): JsonText {
    const { bytes, memberStarts } = this
    const start = skimColon(bytes, skimString(bytes, memberStarts[index] as number))
    const end = skimBack(bytes, memberStarts[index + 1] ?? bytes.length - 1)
    // perf: cutting text costs a tenth of making a Buffer of some bytes
    const value = JsonText.ofText(this.text.slice(start, end), this.isExact)
    if (this.isAscii) value.#isAscii = true
    return value
  }

  /** The value of a key, if the object has it. */
  member(key: string): JsonText | undefined {
    const count = this.memberStarts.length
    for (let i = 0; i < count; i++) if (this.keyOf(i) === key) return this.valueOf(i)
    return undefined
  }

  /** Decodes it. perf: no key has an escape, so JSON.parse reads all of them. */
  decode(): JsonValue {
    return this.isExact ? (JSON.parse(this.#characters) as JsonValue) : parseLossless(this.#characters)
  }

  /** The same before anybody knows that its keys have no escapes. */
  decodeUnchecked(): JsonValue {
    return this.isExact ? (parseJsonText(this.#characters) as JsonValue) : parseLossless(this.#characters)
  }

  get #characters(): string {
    if (this.isAscii) return this.text
    return this.#bytes === null ? fromLatin1(this.text) : this.#bytes.toString('utf8')
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
