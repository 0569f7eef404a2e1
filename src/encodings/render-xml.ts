// `xml` for the client: data becomes a document, by the rules of Go's mxj. Knows nothing of reading XML.

import { GatewayError } from '../engine/errors.ts'
import { formatNumber } from '../go/number.ts'
import { compareText } from '../go/text.ts'
import { sortedKeys } from '../json/write.ts'
import { isJsonArray, isJsonObject, JsonNumber, TypedNumber } from '../json/types.ts'
import type { JsonObject, JsonScalar, JsonValue } from '../json/types.ts'
import type { PipeResponse, Rendered } from '../engine/types.ts'
import { MAX_DEPTH, TOO_DEEP } from './depth.ts'

const CONTENT_TYPE = 'application/xml'
const ROOT = 'doc'
const TEXT = '#text'

/** An attribute that is an object, a list or null. */
class UnwritableAttribute extends GatewayError {
  constructor(name: string) {
    super(`invalid attribute value for: ${name}`, { code: 'ERR_ENCODE' })
  }
}

/** The document, without prolog. compat: one unwritable attribute empties the whole body. */
export function renderXml(response: PipeResponse | null): Rendered {
  if (response === null) return { contentType: `${CONTENT_TYPE}; charset=utf-8`, body: '' }
  try {
    return { contentType: CONTENT_TYPE, body: writeXml(response.data?.object ?? {}), isFirm: true }
  } catch (error) {
    if (error instanceof UnwritableAttribute) return { contentType: CONTENT_TYPE, body: '', isFirm: true, error }
    throw error
  }
}

/** The text of a document. Throws a GatewayError where it cannot be written. */
export function writeXml(object: JsonObject): string {
  const keys = Object.keys(object)
  const key = keys[0]
  const out: string[] = []
  if (keys.length === 1 && key !== undefined && canBeRoot(object[key] as JsonValue)) writeElement(out, key, object[key] as JsonValue)
  else writeElement(out, ROOT, object)
  return out.join('')
}

/** A list whose members are no objects would not show its key: it gets a wrapper. */
function canBeRoot(value: JsonValue): boolean {
  return !isJsonArray(value) || value.every(isJsonObject)
}

function writeElement(out: string[], name: string, value: JsonValue, depth = 0): void {
  if (depth === MAX_DEPTH) throw TOO_DEEP
  if (isJsonArray(value) && value.length > 0) {
    for (const member of value) writeElement(out, name, member, depth + 1)
  } else if (isJsonObject(value)) {
    writeObject(out, name, value, depth)
  } else {
    const text = isJsonArray(value) ? '' : textOf(value)
    if (text === '') out.push('<', name, '/>')
    else out.push('<', name, '>', text, '</', name, '>')
  }
}

function writeObject(out: string[], name: string, object: JsonObject, depth: number): void {
  const keys = sortedKeys(object)
  const attributes = keys.filter(isAttribute)
  out.push('<', name)
  for (const key of attributes.sort((a, b) => compareText(a.slice(1), b.slice(1)))) {
    const value = object[key] as JsonValue
    if (value === null || isJsonArray(value) || isJsonObject(value)) throw new UnwritableAttribute(key)
    out.push(' ', key.slice(1), '="', textOf(value), '"')
  }
  if (attributes.length === keys.length) {
    out.push('/>')
    return
  }
  out.push('>')
  const text = object[TEXT]
  if (text !== undefined && !isJsonArray(text) && !isJsonObject(text)) out.push(textOf(text))
  for (const key of keys) if (key !== TEXT && !isAttribute(key)) writeElement(out, key, object[key] as JsonValue, depth + 1)
  out.push('</', name, '>')
}

function isAttribute(key: string): boolean {
  return key.length > 1 && key.startsWith('-')
}

function textOf(value: JsonScalar): string {
  if (value === null) return ''
  if (value instanceof TypedNumber && value.type === 'float64') return formatNumber(Number(value.text))
  if (value instanceof JsonNumber) return value.text
  return typeof value === 'string' ? escapeXml(value) : String(value)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string)
}
