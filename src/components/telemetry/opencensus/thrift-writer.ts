// Writes structs in Thrift's binary protocol. Knows nothing of what they mean.

const STOP = 0
const TYPE_BOOL = 2
const TYPE_DOUBLE = 4
const TYPE_I32 = 8
const TYPE_I64 = 10
const TYPE_TEXT = 11
const TYPE_STRUCT = 12
const TYPE_LIST = 15
const FIRST_BYTES = 4096
/** Type and number of a field. */
const HEAD_BYTES = 3

/** Fields are written with their number; `end` ends the outermost struct. */
export class ThriftWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  boolean(field: number, value: boolean): void {
    this.#head(TYPE_BOOL, field, 1)
    this.#at = this.#buffer.writeUInt8(value ? 1 : 0, this.#at)
  }

  integer(field: number, value: number): void {
    this.#head(TYPE_I32, field, 4)
    this.#at = this.#buffer.writeInt32BE(value, this.#at)
  }

  long(field: number, value: bigint): void {
    this.#head(TYPE_I64, field, 8)
    this.#at = this.#buffer.writeBigInt64BE(value, this.#at)
  }

  double(field: number, value: number): void {
    this.#head(TYPE_DOUBLE, field, 8)
    this.#at = this.#buffer.writeDoubleBE(value, this.#at)
  }

  text(field: number, value: string): void {
    const length = Buffer.byteLength(value)
    this.#head(TYPE_TEXT, field, 4 + length)
    this.#at = this.#buffer.writeInt32BE(length, this.#at)
    this.#at += this.#buffer.write(value, this.#at)
  }

  struct(field: number, write: () => void): void {
    this.#head(TYPE_STRUCT, field, 0)
    write()
    this.end()
  }

  structs<T>(field: number, items: readonly T[], write: (item: T) => void): void {
    this.#head(TYPE_LIST, field, 5)
    this.#at = this.#buffer.writeUInt8(TYPE_STRUCT, this.#at)
    this.#at = this.#buffer.writeInt32BE(items.length, this.#at)
    for (const item of items) {
      write(item)
      this.end()
    }
  }

  end(): void {
    this.#reserve(1)
    this.#at = this.#buffer.writeUInt8(STOP, this.#at)
  }

  /** What was written so far. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }

  #head(type: number, field: number, valueBytes: number): void {
    this.#reserve(HEAD_BYTES + valueBytes)
    this.#at = this.#buffer.writeUInt8(type, this.#at)
    this.#at = this.#buffer.writeInt16BE(field, this.#at)
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}
