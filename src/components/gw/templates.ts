// Texts and JSON with placeholders, compiled for the place they fill: path, query string, header field, body. Knows no call.

import type { Template, Placeholder } from '../../engine/placeholders.ts'
import {
  braceMistake,
  breaksHeader,
  ENCODE,
  parseTemplate,
  placeholdersIn,
  soleOf,
  textOfValue,
  writtenPlaceholder,
} from '../../engine/placeholders.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, setKey } from '../../json/types.ts'
import { callError, missingValue, type Names, type Source, sourceOf, type Subject } from './values.ts'

/** Something to fill for each call. */
export interface Filled<T> {
  readonly sources: readonly Source[]
  /** Undefined where nothing but an optional value would be there, and is not. Throws a GatewayError for a value that is missing or cannot be there. */
  readonly fill: (subject: Subject) => T | undefined
}

type Place = 'path' | 'query' | 'header' | 'text'

/** A segment that leads out of its place, as sent or percent-encoded. */
const DOTS = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/** A text for a place. Names that mean nothing were told when the file was checked; here they are values that are missing. */
export function compileText(text: string, place: Place, names: Names): Filled<string> {
  const template = parseTemplate(text)
  const parts = template.map((part) => (typeof part === 'string' ? part : readerOf(part, names)))
  const isSole = soleOf(template) !== null
  return {
    sources: sourcesIn(template, names),
    fill(subject) {
      let filled = ''
      for (const part of parts) {
        if (typeof part === 'string') {
          filled += part
          continue
        }
        const value = part.read(subject)
        if (value === undefined && isSole) return undefined
        if (value !== undefined) filled += encodeFor(place, value, part, subject)
      }
      return place === 'header' ? ENCODE.header(filled) : filled
    },
  }
}

/** A path with its query string, if it has one. */
export function compilePath(text: string, names: Names): Filled<string> {
  const at = queryStartOf(text)
  const path = compileText(text.slice(0, at), 'path', names)
  const query = compileText(text.slice(at), 'query', names)
  return {
    sources: [...path.sources, ...query.sources],
    fill(subject) {
      const filled = path.fill(subject) ?? ''
      if (path.sources.length > 0 && DOTS.test(filled)) {
        const isClients = path.sources.some(
          (source) => source.isClients === true || (source.isClients === 'item' && subject.request.item?.isClients),
        )
        throw callError('a value would make a segment of the path "." or ".."', isClients)
      }
      return filled + (query.fill(subject) ?? '')
    },
  }
}

/** JSON whose texts have placeholders: one that is nothing else has the value with its type. */
export function compileJson(value: JsonValue, names: Names): Filled<JsonValue> {
  if (typeof value === 'string') return compileLeaf(value, names)
  if (isJsonArray(value)) {
    const elements = value.map((element) => compileJson(element, names))
    return {
      sources: elements.flatMap(({ sources }) => sources),
      fill: (subject) => elements.map(({ fill }) => fill(subject)).filter((element) => element !== undefined),
    }
  }
  if (!isJsonObject(value)) return { sources: [], fill: () => value }
  const members = Object.entries(value).map(([key, member]) => ({ key, ...compileJson(member, names) }))
  return {
    sources: members.flatMap(({ sources }) => sources),
    fill(subject) {
      const filled: JsonObject = {}
      for (const { key, fill } of members) {
        const member = fill(subject)
        if (member !== undefined) setKey(filled, key, member)
      }
      return filled
    },
  }
}

function compileLeaf(text: string, names: Names): Filled<JsonValue> {
  const sole = soleOf(parseTemplate(text))
  if (sole === null) return compileText(text, 'text', names)
  const { read, source } = readerOf(sole, names)
  return { sources: [source], fill: read }
}

/** What is wrong with the placeholders of a text and with its braces. */
export function mistakesIn(text: string, names: Names): string[] {
  const brace = braceMistake(text)
  const unknown = placeholdersIn(parseTemplate(text)).flatMap(({ name }) => {
    const source = sourceOf(name, names)
    return typeof source === 'string' ? [source] : []
  })
  return brace === null ? unknown : [brace, ...unknown]
}

/** Whether a path has a segment of dots that no value made. */
export function hasDots(path: string): boolean {
  return DOTS.test(path.slice(0, queryStartOf(path)))
}

interface Reader {
  readonly name: string
  readonly source: Source
  /** Undefined for an optional value that is not there. */
  readonly read: (subject: Subject) => JsonValue | undefined
}

const NOWHERE: Source = { isClients: false, needsBody: false, isInHead: false, keeps: null, find: () => undefined }

function readerOf(placeholder: Placeholder, names: Names): Reader {
  const { name, isOptional, fallback } = placeholder
  const found = sourceOf(name, names)
  const source = typeof found === 'string' ? NOWHERE : found
  const reader: Reader = {
    name,
    source,
    read(subject) {
      const value = source.find(subject) ?? fallback
      if (value !== null) return value
      if (isOptional) return undefined
      throw missingValue(name, source, subject)
    },
  }
  const standIn = names.standIn?.(writtenPlaceholder(placeholder)) ?? null
  return standIn === null ? reader : { ...reader, read: (subject) => (isKnown(source, subject) ? reader.read(subject) : standIn) }
}

/** Whether a request that is only explained has the value: one that a client would send has its head. */
function isKnown({ isInHead }: Source, { exchange }: Subject): boolean {
  return isInHead && exchange !== null
}

function encodeFor(place: Place, value: JsonValue, { name, source }: Reader, subject: Subject): string {
  if (place === 'path') {
    if (isJsonArray(value)) return value.map((element) => ENCODE.path(textOfValue(element))).join(',')
    const text = textOfValue(value)
    if (source.keeps === 'all') return text
    return source.keeps === 'slashes' ? text.split('/').map(ENCODE.path).join('/') : ENCODE.path(text)
  }
  const text = textOfValue(value)
  if (place === 'query') return ENCODE.query(text)
  if (place === 'header' && breaksHeader(text)) throw missingValue(name, source, subject, 'has a line end')
  return text
}

function sourcesIn(template: Template, names: Names): Source[] {
  return placeholdersIn(template).map((placeholder) => readerOf(placeholder, names).source)
}

/** Where the query string of a path begins: a mark within braces is an optional placeholder's. */
function queryStartOf(path: string): number {
  const mark = path.replaceAll(/\{[^{}]*\}/g, (braces) => '_'.repeat(braces.length)).indexOf('?')
  return mark < 0 ? path.length : mark
}
