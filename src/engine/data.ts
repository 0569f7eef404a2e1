// A backend's or a pipe's decoded answer (KrakenD: Data): an object that stays JSON bytes until something reads it.

import { ForeignText } from '../json/foreign-text.ts'
import { Pieces } from '../json/pieces.ts'
import { JsonText } from '../json/text.ts'
import { getKey, isJsonObject, setKey } from '../json/types.ts'
import type { JsonObject, JsonValue } from '../json/types.ts'
import { encodeJson } from '../json/write.ts'

/** The value of a top-level key in the form it is there. */
export type Part = JsonText | Data | ForeignText | JsonValue

/** What it was made of, and stays. */
type Form =
  | { readonly is: 'object'; readonly object: JsonObject }
  | { readonly is: 'text'; readonly text: JsonText }
  | { readonly is: 'parts'; readonly parts: ReadonlyMap<string, Part> }
  | { readonly is: 'joined'; readonly list: readonly Data[] }

/**
 * An object in one of four forms: decoded · JSON text · keys whose values have their own forms · several Data without common keys.
 * Immutable. What is decoded or split up on first read is kept beside its form.
 */
export class Data {
  static readonly EMPTY = Data.of({})
  readonly #form: Form
  #decoded: JsonObject | null = null
  #split: ReadonlyMap<string, Part> | null = null

  private constructor(form: Form) {
    this.#form = form
  }

  /** Of an object that nobody changes any more. */
  static of(object: JsonObject): Data {
    return new Data({ is: 'object', object })
  }

  /** Of the text of an object. */
  static ofJson(text: JsonText): Data {
    return new Data({ is: 'text', text })
  }

  static ofParts(parts: ReadonlyMap<string, Part>): Data {
    return new Data({ is: 'parts', parts })
  }

  /** One key (`collection`, `content` …) around a value. */
  static wrapped(key: string, value: Part): Data {
    return Data.ofParts(new Map([[key, value]]))
  }

  /** Top-level keys of all; of equal keys the last one counts. */
  static merge(list: readonly Data[]): Data {
    const filled = list.filter(hasKeys)
    if (filled.length < 2) return filled[0] ?? Data.EMPTY
    if (areDisjoint(filled)) return new Data({ is: 'joined', list: filled })
    return Data.ofParts(collectParts(filled))
  }

  /** Decodes on first read. */
  get object(): JsonObject {
    const form = this.#form
    if (form.is === 'object') return form.object
    this.#decoded ??= form.is === 'text' ? (form.text.decode() as JsonObject) : decodeParts(this.parts)
    return this.#decoded
  }

  /** The JSON text, if it is still in that form. */
  get text(): JsonText | null {
    return this.#form.is === 'text' ? this.#form.text : null
  }

  /** Top-level keys with their values, decoded no further than they are. */
  get parts(): ReadonlyMap<string, Part> {
    if (this.#form.is === 'parts') return this.#form.parts
    this.#split ??= splitUp(this.#form)
    return this.#split
  }

  /** Whether it has no key. Decodes nothing. */
  get isEmpty(): boolean {
    const form = this.#form
    switch (form.is) {
      case 'object':
        return Object.keys(form.object).length === 0
      case 'text':
        return form.text.isEmpty
      case 'parts':
        return form.parts.size === 0
      case 'joined':
        return false
    }
  }

  /** Top-level keys in order. */
  get keys(): readonly string[] {
    const form = this.#form
    if (this.#split !== null) return [...this.#split.keys()]
    switch (form.is) {
      case 'object':
        return Object.keys(form.object)
      case 'text':
        return form.text.keys()
      case 'parts':
        return [...form.parts.keys()]
      case 'joined':
        return form.list.flatMap(keysOf)
    }
  }

  has(key: string): boolean {
    return this.keys.includes(key)
  }

  /** The object under a key; null when there is none or it is no object. */
  child(key: string): Data | null {
    const form = this.#form
    if (form.is === 'object') return asData(getKey(form.object, key))
    if (this.#decoded !== null) return asData(getKey(this.#decoded, key))
    return asData(form.is === 'text' && this.#split === null ? form.text.member(key) : this.parts.get(key))
  }

  /** The bytes of a top-level text, if they are no UTF-8. */
  foreignBytes(key: string): Buffer | null {
    // Neither a decoded object nor JSON has any.
    const part = this.#form.is === 'parts' || this.#form.is === 'joined' ? this.parts.get(key) : undefined
    return part instanceof ForeignText ? part.bytes : null
  }

  /** `{ name: this }`. */
  grouped(name: string): Data {
    return Data.wrapped(name, this)
  }

  /** JSON for the client. A string may hold any characters. */
  encoded(): string | Buffer {
    const form = this.#form
    if (form.is === 'object') return encodeJson(form.object)
    if (form.is === 'text') return asBytes(form.text.content)
    const pieces = new Pieces()
    this.#write(pieces)
    return pieces.toBytes()
  }

  /** JSON of one top-level value; null when there is no such key. */
  encodedMember(key: string): string | Buffer | null {
    const part = this.#form.is === 'text' ? this.#form.text.member(key) : this.parts.get(key)
    if (part === undefined) return null
    if (part instanceof Data) return part.encoded()
    return part instanceof JsonText ? asBytes(part.content) : encodeJson(valueOf(part))
  }

  #write(pieces: Pieces): void {
    const form = this.#form
    if (form.is === 'object') return pieces.addText(encodeJson(form.object))
    if (form.is === 'text') return pieces.add(form.text.content)
    pieces.add('{')
    this.#writeInner(pieces)
    pieces.add('}')
  }

  /** What stands between the brackets. */
  #writeInner(pieces: Pieces): void {
    const form = this.#form
    switch (form.is) {
      case 'object':
        return pieces.addText(encodeJson(form.object).slice(1, -1))
      case 'text': {
        const { content } = form.text
        return pieces.add(typeof content === 'string' ? content.slice(1, -1) : content.subarray(1, -1))
      }
      case 'parts':
        return Data.#writeParts(form.parts, pieces)
      case 'joined':
        for (let i = 0; i < form.list.length; i++) {
          if (i > 0) pieces.add(',')
          ;(form.list[i] as Data).#writeInner(pieces)
        }
    }
  }

  static #writeParts(parts: ReadonlyMap<string, Part>, pieces: Pieces): void {
    let isFirst = true
    for (const [key, part] of parts) {
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

function splitUp(form: Exclude<Form, { is: 'parts' }>): ReadonlyMap<string, Part> {
  if (form.is === 'joined') return collectParts(form.list)
  if (form.is === 'object') return new Map(Object.entries(form.object))
  const { text } = form
  return new Map(text.memberStarts.map((_, index): [string, Part] => [text.keyOf(index), text.valueOf(index)]))
}

/** A value of whatever form as JSON. */
export function decodeParts(parts: ReadonlyMap<string, Part>): JsonObject {
  const object: JsonObject = {}
  for (const [key, part] of parts) setKey(object, key, decodePart(part))
  return object
}

/** A value of whatever form as JSON. */
export function decodePart(part: Part): JsonValue {
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
