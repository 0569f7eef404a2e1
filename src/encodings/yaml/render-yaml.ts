// `yaml` for the client: data becomes a block style document with sorted keys. Knows nothing of when a text needs quotes.

import { sortedKeys } from '../../json/write.ts'
import { isJsonObject, JsonNumber } from '../../json/types.ts'
import type { JsonObject, JsonValue } from '../../json/types.ts'
import type { PipeResponse, Render, Rendered } from '../../engine/types.ts'
import { MAX_DEPTH, TOO_DEEP } from '../depth.ts'
import { goccyScalars } from './goccy.ts'
import { goYamlScalars } from './go-yaml.ts'

/** How a dialect writes single values. */
export interface Scalars {
  /** A text on one line, quoted if it must be; null if it is written as a block (`|`). */
  text(text: string): string | null
  number(value: number | JsonNumber): string
  /** Whether empty lines of a block are indented like the others. */
  readonly indentsBlanks: boolean
}

/** compat: KrakenD 2.x writes numbers of backends as the texts they were, so they get quotes. */
export const renderYaml: Render = renderWith('application/yaml; charset=utf-8', goccyScalars)

/** As KrakenD 1.x writes it: numbers plain, an older media type. */
export const renderYamlV2: Render = renderWith('application/x-yaml; charset=utf-8', goYamlScalars)

function renderWith(contentType: string, scalars: Scalars): Render {
  return function renderAsYaml(response: PipeResponse | null): Rendered {
    return { contentType, body: writeYaml(response?.data?.object ?? {}, scalars) }
  }
}

/** The document, with a line feed at its end. */
export function writeYaml(object: JsonObject, scalars: Scalars): string {
  const out: string[] = []
  writeMembers(out, object, '', scalars, 0)
  return out.length === 0 ? '{}\n' : out.join('')
}

/** Every key at the indent, except the first when `isInline` says that something stands in front of it. */
function writeMembers(out: string[], object: JsonObject, indent: string, scalars: Scalars, depth: number, isInline = false): void {
  if (depth === MAX_DEPTH) throw TOO_DEEP
  let prefix = isInline ? '' : indent
  for (const key of sortedKeys(object)) {
    out.push(prefix, scalars.text(key) ?? JSON.stringify(key), ':')
    prefix = indent
    const value = object[key] as JsonValue
    if (isFilledList(value)) {
      out.push('\n')
      writeList(out, value, indent, scalars, depth + 1)
    } else if (isFilledObject(value)) {
      out.push('\n')
      writeMembers(out, value, `${indent}  `, scalars, depth + 1)
    } else {
      out.push(' ', writeScalar(value, indent, scalars, scalars.indentsBlanks), '\n')
    }
  }
}

function writeList(out: string[], list: readonly JsonValue[], indent: string, scalars: Scalars, depth: number, isInline = false): void {
  if (depth === MAX_DEPTH) throw TOO_DEEP
  let prefix = isInline ? '' : indent
  for (const value of list) {
    out.push(prefix, '- ')
    prefix = indent
    if (isFilledList(value)) writeList(out, value, `${indent}  `, scalars, depth + 1, true)
    else if (isFilledObject(value)) writeMembers(out, value, `${indent}  `, scalars, depth + 1, true)
    else out.push(writeScalar(value, indent, scalars, false), '\n')
  }
}

function writeScalar(value: JsonValue, indent: string, scalars: Scalars, indentsBlanks: boolean): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || value instanceof JsonNumber) return scalars.number(value)
  if (typeof value === 'string') return scalars.text(value) ?? writeBlock(value, `${indent}  `, indentsBlanks)
  return Array.isArray(value) ? '[]' : '{}'
}

/** A literal block; its header says what becomes of the line breaks at the end. */
function writeBlock(text: string, indent: string, indentsBlanks: boolean): string {
  let ending = 0
  while (ending < text.length && text[text.length - 1 - ending] === '\n') ending++
  const header = ending === 0 ? '|-' : ending === 1 ? '|' : '|+'
  const lines = text.slice(0, text.length - Math.min(ending, 1)).split('\n')
  // compat: empty lines have the indent as well, unless they are the last one or stand in a list.
  const written = lines.map((line, i) => (line !== '' || (indentsBlanks && i < lines.length - 1) ? indent + line : ''))
  return `${header}\n${written.join('\n')}`
}

function isFilledList(value: JsonValue): value is JsonValue[] {
  return Array.isArray(value) && value.length > 0
}

function isFilledObject(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0
}
