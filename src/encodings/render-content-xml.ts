// XML as KrakenD 1.x negotiates it: the value of `content` alone, in Go's encoding/xml. Knows nothing of whole documents.

import { JsonNumber } from '../json/types.ts'
import type { JsonValue } from '../json/types.ts'
import type { PipeResponse, Rendered } from '../engine/types.ts'
import { MAX_DEPTH, TOO_DEEP } from './depth.ts'

/** `<string>x</string>`; empty where there is no `content`, or an object. */
export function renderContentAsXml(response: PipeResponse | null): Rendered {
  const content = response?.data?.object['content']
  return { contentType: 'application/xml; charset=utf-8', body: content === undefined ? '' : writeValue(content, 0) }
}

/** compat: elements are named after Go's types. */
function writeValue(value: JsonValue, depth: number): string {
  if (depth === MAX_DEPTH) throw TOO_DEEP
  if (typeof value === 'string') return `<string>${escapeAsGo(value)}</string>`
  if (typeof value === 'boolean') return `<bool>${value}</bool>`
  if (typeof value === 'number') return `<Number>${value}</Number>`
  if (value instanceof JsonNumber) return `<Number>${value.text}</Number>`
  return Array.isArray(value) ? value.map((member) => writeValue(member, depth + 1)).join('') : ''
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

function escapeAsGo(text: string): string {
  return text.replace(/["'&<>\t\n\r]/g, (character) => ESCAPES[character] as string)
}
