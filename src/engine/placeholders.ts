// Texts with `{name}` in them, as our own keys have them: parsed once, filled for each request, encoded for the place where a value lands. Knows no name.

import { encodeText } from '../go/text.ts'
import { encodeJson } from '../json/write.ts'
import { headerValue } from './header-values.ts'
import type { JsonValue } from '../json/types.ts'

/** `{name}` must have a value, `{name?}` may lack one, `{name:-text}` has one otherwise. */
export interface Placeholder {
  readonly name: string
  readonly isOptional: boolean
  /** What stands for a missing value; null for none. */
  readonly fallback: string | null
}

/** Literal texts and placeholders, in order. */
export type Template = readonly (string | Placeholder)[]

/** What a place does to a value's text, so that no value can leave its place. */
export type Encode = (text: string) => string

/** `{{` and `}}` are braces; `{…}` is a placeholder up to its `}`; a brace that is neither is a mistake, see `braceMistake`. */
const TOKEN = /\{\{|\}\}|\{([^{}]*)\}/g

export function parseTemplate(text: string): Template {
  const parts: (string | Placeholder)[] = []
  let literal = ''
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    literal += text.slice(end, match.index)
    end = match.index + match[0].length
    const [whole, inner] = match
    if (inner === undefined) literal += whole.slice(1)
    else {
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push(parsePlaceholder(inner))
    }
  }
  literal += text.slice(end)
  if (literal !== '') parts.push(literal)
  return parts
}

function parsePlaceholder(inner: string): Placeholder {
  const mark = inner.indexOf(':-')
  if (mark >= 0) return { name: inner.slice(0, mark), isOptional: false, fallback: inner.slice(mark + 2) }
  const isOptional = inner.endsWith('?')
  return { name: isOptional ? inner.slice(0, -1) : inner, isOptional, fallback: null }
}

/** A brace that is neither a placeholder's nor written twice, in words; null where there is none. */
export function braceMistake(text: string): string | null {
  const brace = /[{}]/.exec(text.replaceAll(TOKEN, ''))?.[0]
  if (brace === undefined) return null
  return brace === '{' ? 'a "{" is not closed; a brace is written "{{"' : 'a "}" closes nothing; a brace is written "}}"'
}

/** As it stands in a text. */
export function writtenPlaceholder({ name, isOptional, fallback }: Placeholder): string {
  return `{${name}${isOptional ? '?' : ''}${fallback === null ? '' : `:-${fallback}`}}`
}

/** Every placeholder of a text. */
export function placeholdersIn(template: Template): Placeholder[] {
  return template.filter((part) => typeof part !== 'string')
}

/** The placeholder that is the whole text: its value keeps its type there. Null for any other text. */
export function soleOf(template: Template): Placeholder | null {
  const [part] = template
  return template.length === 1 && part !== undefined && typeof part !== 'string' ? part : null
}

/** A value inside a longer text: strings as they are, numbers by their digits, lists and objects as compact JSON; null is nothing. */
export function textOfValue(value: JsonValue): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : encodeJson(value)
}

export const ENCODE = {
  /** Into a JSON text, between its quotes. */
  json: (text) => JSON.stringify(text.toWellFormed()).slice(1, -1),
  /** Into HTML or XML, as text or inside a quoted attribute. */
  html: (text) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  /** Into a path, as one segment or a part of one. */
  path: percentEncode,
  /** Into a query string, as a name or a value. */
  query: percentEncode,
  /** Into the value of a header field, one character a byte. What `breaksHeader` says of it comes first. */
  header: headerValue,
  none: (text) => text,
} as const satisfies Record<string, Encode>

/** Everything but letters, digits and `-_.!~*'()`; bytes that are no UTF-8 stay those bytes. */
function percentEncode(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text)
  const escape = (byte: number): string =>
    byte < 0x80 ? encodeURIComponent(String.fromCharCode(byte)) : `%${byte.toString(16).toUpperCase()}`
  return Array.from(encodeText(text), escape).join('')
}

/** Whether a text cannot be the value of a header field, or would end it. */
export function breaksHeader(text: string): boolean {
  return /[\r\n\0]/.test(text)
}
