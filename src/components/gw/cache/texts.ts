// Texts with placeholders for keys and tags: what they may name, and its value for a request.

import { requestId, verifiedClaims } from '../../../engine/ports.ts'
import { parseTemplate, placeholdersIn, textOfValue } from '../../../engine/placeholders.ts'
import type { Exchange, Params } from '../../../engine/types.ts'
import { parseQuery } from '../../../go/url.ts'
import type { JsonValue } from '../../../json/types.ts'

/** Where values come from. */
export interface Subject {
  readonly exchange: Exchange
  readonly params: Params
}

type Find = (subject: Subject) => string | undefined

/** The value behind a name; null for a name that means nothing here. `params` are those of the endpoint. */
function compileName(name: string, params: ReadonlySet<string>): Find | null {
  if (params.has(name)) {
    const key = name.slice(0, 1).toUpperCase() + name.slice(1)
    return (subject) => subject.params.get(key)
  }
  if (name === 'request_id') return ({ exchange }) => requestId.get(exchange.scope)
  if (name === 'client_ip') return ({ exchange }) => exchange.clientIp
  const [, kind, rest = ''] = /^(JWT|input_headers|input_query_strings)\.(.+)$/.exec(name) ?? []
  if (kind === 'JWT')
    return ({ exchange }) => {
      const value = verifiedClaims.get(exchange.scope)?.[rest]
      return value === undefined ? undefined : textOfValue(value as JsonValue)
    }
  if (kind === 'input_headers') {
    const header = rest.toLowerCase()
    return ({ exchange: { headers } }) => {
      const at = headers.fields.findIndex((field, index) => index % 2 === 0 && field.toLowerCase() === header)
      return at < 0 ? undefined : headers.fields[at + 1]
    }
  }
  if (kind === 'input_query_strings') return ({ exchange }) => parseQuery(exchange.rawQuery).get(rest)?.[0]
  return null
}

/** A text for each request; null when a value is missing that must be there. */
export function compileText(text: string, params: ReadonlySet<string>): (subject: Subject) => string | null {
  const parts = parseTemplate(text).map((part) => (typeof part === 'string' ? part : { ...part, find: compileName(part.name, params) }))
  return function fillText(subject) {
    let filled = ''
    for (const part of parts) {
      if (typeof part === 'string') {
        filled += part
        continue
      }
      const value = part.find?.(subject) ?? part.fallback ?? (part.isOptional ? '' : null)
      if (value === null) return null
      filled += value
    }
    return filled
  }
}

/** Names in a text that mean nothing here. */
export function unknownNames(text: string, params: ReadonlySet<string>): string[] {
  return placeholdersIn(parseTemplate(text)).flatMap(({ name }) => (compileName(name, params) === null ? [name] : []))
}
