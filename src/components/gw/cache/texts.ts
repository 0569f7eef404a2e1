// Texts with placeholders for keys and tags: what they may name, and its value for a request.

import { parseTemplate, placeholdersIn, textOfValue } from '../../../engine/placeholders.ts'
import type { Exchange, Params } from '../../../engine/types.ts'
import { sourceOf } from '../values.ts'

/** Where values come from. */
export interface Subject {
  readonly exchange: Exchange
  readonly params: Params
}

type Find = (subject: Subject) => string | undefined

/** The value behind a name as text; null for a name that means nothing here. `params` are those of the endpoint. */
function compileName(name: string, params: ReadonlySet<string>): Find | null {
  const source = sourceOf(name, { params: new Map([...params].map((param) => [param, null])), steps: null, hasItem: false })
  if (typeof source === 'string' || source.needsBody) return null
  return function findText({ exchange, params: own }) {
    const value = source.find({ request: { params: own }, scope: exchange.scope, exchange, body: null }) ?? undefined
    return value === undefined ? undefined : textOfValue(value)
  }
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
