// Bodies that the file has for errors: compiled once, filled for each error.

import { canonicalName } from '../../../engine/headers.ts'
import { ENCODE, type Encode, parseTemplate, type Placeholder, soleOf, textOfValue } from '../../../engine/placeholders.ts'
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import { encodeJson } from '../../../json/write.ts'
import { statusClass } from '../status-list.ts'
import type { ErrorBody, ErrorOptions, PLACEHOLDERS } from './options.ts'

/** What placeholders stand for. */
export type ErrorValues = Readonly<Record<(typeof PLACEHOLDERS)[number], string | number | null>>

export interface FilledBody {
  readonly text: string
  readonly headers: readonly (readonly [string, string])[]
}

type Fill<T> = (values: ErrorValues) => T

/** The body for a status: exact before class before default; undefined where the file has none. `toJson` makes JSON of values of the file. */
export function compileBodies(
  { bodies = {} }: ErrorOptions,
  toJson: (value: unknown) => JsonValue,
): (status: number) => Fill<FilledBody> | undefined {
  const known = new Map(Object.entries(bodies).map(([key, given]) => [key, compileBody(given, toJson)]))
  return (status) => known.get(String(status)) ?? known.get(statusClass(status)) ?? known.get('default')
}

function compileBody({ body = '', content_type: given, headers = {} }: ErrorBody, toJson: (value: unknown) => JsonValue): Fill<FilledBody> {
  const isText = typeof body === 'string'
  const type = given ?? (isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8')
  const fields = new Map<string, Fill<string | null>>([['Content-Type', () => type]])
  for (const [name, text] of Object.entries(headers)) fields.set(canonicalName(name), compileHeader(text))
  const fill = isText ? compileText(body, encoderOf(type)) : compileJson(toJson(body))
  return (values) => ({
    text: fill(values),
    headers: [...fields].flatMap(([name, fillField]) => {
      const value = fillField(values)
      return value === null ? [] : [[name, value] as const]
    }),
  })
}

/** One that would be nothing but a value that is not there is left out. */
function compileHeader(text: string): Fill<string | null> {
  const sole = soleOf(parseTemplate(text))
  const fill = compileText(text, ENCODE.none)
  return (values) => (sole !== null && valueOf(sole, values) === null ? null : ENCODE.header(fill(values)))
}

/** security: values come from requests, and must stay texts in a page. */
function encoderOf(contentType: string): Encode {
  if (/html|xml/i.test(contentType)) return ENCODE.html
  return /json/i.test(contentType) ? ENCODE.json : ENCODE.none
}

function compileJson(body: JsonValue): Fill<string> {
  const fill = compileValue(body)
  return (values) => encodeJson(fill(values))
}

function compileText(text: string, encode: Encode): Fill<string> {
  const parts = parseTemplate(text)
  return (values) => parts.map((part) => (typeof part === 'string' ? part : encode(textOfValue(valueOf(part, values))))).join('')
}

/** A text that is one placeholder keeps the type of its value. */
function compileValue(value: JsonValue): Fill<JsonValue> {
  if (isJsonArray(value)) {
    const items = value.map(compileValue)
    return (values) => items.map((fill) => fill(values))
  }
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([key, item]) => [key, compileValue(item)] as const)
    return (values) => {
      const filled: JsonObject = {}
      for (const [key, fill] of members) setKey(filled, key, fill(values))
      return filled
    }
  }
  if (typeof value !== 'string') return () => value
  const sole = soleOf(parseTemplate(value))
  return sole === null ? compileText(value, ENCODE.none) : (values) => valueOf(sole, values)
}

function valueOf({ name, fallback }: Placeholder, values: ErrorValues): string | number | null {
  return values[name as keyof ErrorValues] ?? fallback
}
