// A backend's or a pipe's decoded answer (KrakenD: Data): an object that stays JSON bytes until something reads it.

import { ForeignText } from '../json/foreign-text.ts'
import { Pieces } from '../json/pieces.ts'
import { JsonText } from '../json/text.ts'
import { getKey, isJsonObject, setKey } from '../json/types.ts'
import type { JsonObject, JsonValue } from '../json/types.ts'
import { encodeJson } from '../json/write.ts'

/** The value of a top-level key in the form it is there. */
export type Part = JsonText | Data | ForeignText | JsonValue

/**
 * An object in one of four forms: decoded · JSON text · keys whose values have their own forms · several Data without common keys.
 * Immutable. What is decoded on first read is kept beside the other form.
 */
export class Data {
  static readonly EMPTY = Data.of({})
  #object: JsonObject | null
  readonly #text: JsonText | null
  #parts: ReadonlyMap<string, Part> | null
  readonly #joined: readonly Data[] | null

  private constructor(
    object: JsonObject | null,
    text: JsonText | null,
    parts: ReadonlyMap<string, Part> | null,
    joined: readonly Data[] | null,
  ) {
    this.#object = object
    this.#text = text
    this.#parts = parts
    this.#joined = joined
  }

  /** Of an object that nobody changes any more. */
  static of(object: JsonObject): Data {
    return new Data(object, null, null, null)
  }

  /** Of the text of an object. */
  static ofJson(text: JsonText): Data {
    return new Data(null, text, null, null)
  }

  static ofParts(parts: ReadonlyMap<string, Part>): Data {
    return new Data(null, null, parts, null)
  }

  /** One key (`collection`, `content` …) around a value. */
  static wrapped(key: string, value: Part): Data {
    return Data.ofParts(new Map([[key, value]]))
  }

  /** Top-level keys of all; of equal keys the last one counts. */
  static merge(list: readonly Data[]): Data {
    const filled = list.filter(hasKeys)
    if (filled.length < 2) return filled[0] ?? Data.EMPTY
    if (areDisjoint(filled)) return new Data(null, null, null, filled)
    return Data.ofParts(collectParts(filled))
  }

  /** Decodes on first read. Treat it as frozen: manipulation makes new objects. */
  get object(): JsonObject {
    this.#object ??= this.#text === null ? decodeParts(this.parts) : (this.#text.decode() as JsonObject)
    return this.#object
  }

  /** The JSON text, if it is still in that form. */
  get text(): JsonText | null {
    return this.#text
  }

  /** Top-level keys with their values, decoded no further than they are. */
  get parts(): ReadonlyMap<string, Part> {
    this.#parts ??= this.#splitUp()
    return this.#parts
  }

  /** Whether it has no key. Decodes nothing. */
  get isEmpty(): boolean {
    if (this.#text !== null) return this.#text.isEmpty
    if (this.#joined !== null) return false
    return this.#parts === null ? Object.keys(this.object).length === 0 : this.#parts.size === 0
  }

  /** Top-level keys in order. */
  get keys(): readonly string[] {
    if (this.#parts !== null) return [...this.#parts.keys()]
    if (this.#text !== null) return this.#text.keys()
    return this.#joined === null ? Object.keys(this.object) : this.#joined.flatMap(keysOf)
  }

  has(key: string): boolean {
    return this.keys.includes(key)
  }

  /** The object under a key; null when there is none or it is no object. */
  child(key: string): Data | null {
    if (this.#object !== null) return asData(getKey(this.#object, key))
    return asData(this.#parts === null && this.#text !== null ? this.#text.member(key) : this.parts.get(key))
  }

  /** The bytes of a top-level text, if they are no UTF-8. */
  foreignBytes(key: string): Buffer | null {
    const part = this.#joined === null ? this.#parts?.get(key) : this.parts.get(key)
    return part instanceof ForeignText ? part.bytes : null
  }

  /** `{ name: this }`. */
  grouped(name: string): Data {
    return Data.wrapped(name, this)
  }

  /** JSON for the client. A string may hold any characters. */
  encoded(): string | Buffer {
    if (this.#text !== null) return asBytes(this.#text.content)
    if (this.#parts === null && this.#joined === null) return encodeJson(this.object)
    const pieces = new Pieces()
    this.#write(pieces)
    return pieces.toBytes()
  }

  /** JSON of one top-level value; null when there is no such key. */
  encodedMember(key: string): string | Buffer | null {
    const part = this.#text === null ? this.parts.get(key) : this.#text.member(key)
    if (part === undefined) return null
    if (part instanceof Data) return part.encoded()
    return part instanceof JsonText ? asBytes(part.content) : encodeJson(valueOf(part))
  }

  #splitUp(): ReadonlyMap<string, Part> {
    if (this.#joined !== null) return collectParts(this.#joined)
    if (this.#text === null) return new Map(Object.entries(this.object))
    const text = this.#text
    return new Map(text.memberStarts.map((_, index): [string, Part] => [text.keyOf(index), text.valueOf(index)]))
  }

  #write(pieces: Pieces): void {
    if (this.#text !== null) return pieces.add(this.#text.content)
    if (this.#parts === null && this.#joined === null) return pieces.addText(encodeJson(this.object))
    pieces.add('{')
    this.#writeInner(pieces)
    pieces.add('}')
  }

  /** What stands between the brackets. */
  #writeInner(pieces: Pieces): void {
    if (this.#text !== null) {
      const { content } = this.#text
      return pieces.add(typeof content === 'string' ? content.slice(1, -1) : content.subarray(1, -1))
    }
    if (this.#joined !== null) {
      for (let i = 0; i < this.#joined.length; i++) {
        if (i > 0) pieces.add(',')
        ;(this.#joined[i] as Data).#writeInner(pieces)
      }
      return
    }
    if (this.#parts === null) return pieces.addText(encodeJson(this.object).slice(1, -1))
    let isFirst = true
    for (const [key, part] of this.#parts) {
      pieces.addText(`${isFirst ? '' : ','}${encodeJson(key)}:`)
      isFirst = false
      if (part instanceof Data) part.#write(pieces)
      else if (part instanceof JsonText) pieces.add(part.content)
      else pieces.addText(encodeJson(valueOf(part)))
    }
  }
}

function hasKeys(data: Data): boolean {
  return !data.isEmpty
}

function keysOf(data: Data): readonly string[] {
  return data.keys
}

function areDisjoint(list: readonly Data[]): boolean {
  const seen = new Set<string>()
  let count = 0
  for (const data of list) {
    for (const key of data.keys) {
      seen.add(key)
      count++
    }
  }
  return seen.size === count
}

function collectParts(list: readonly Data[]): Map<string, Part> {
  const parts = new Map<string, Part>()
  for (const data of list) for (const [key, part] of data.parts) parts.set(key, part)
  return parts
}

function decodeParts(parts: ReadonlyMap<string, Part>): JsonObject {
  const object: JsonObject = {}
  for (const [key, part] of parts) setKey(object, key, decodePart(part))
  return object
}

function decodePart(part: Part): JsonValue {
  if (part instanceof Data) return part.object
  return part instanceof JsonText ? part.decode() : valueOf(part)
}

function valueOf(part: ForeignText | JsonValue): JsonValue {
  return part instanceof ForeignText ? part.text : part
}

function asData(part: Part | undefined): Data | null {
  if (part instanceof Data) return part
  if (part instanceof JsonText) return part.isObject ? Data.ofJson(part) : null
  return !(part instanceof ForeignText) && isJsonObject(part) ? Data.of(part) : null
}

function asBytes(content: Buffer | string): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : content
}
