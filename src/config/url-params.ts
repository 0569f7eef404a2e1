// Placeholders of endpoints and URL patterns: `{id}` becomes gin's `:id` and the engine's `{{.Id}}`. Knows no configuration.

import { paramName } from '../go/param-name.ts'
import { type Dialect, perDialect } from './dialect.ts'

const strictParams = /\/\{([a-zA-Z\-_0-9]+)\}/g
const QUIRKS = perDialect(
  { looseParams: /\{([\w\-.:/]+)\}/g, innerParam: /^(?:resp\d+_.+)?(?:JWT\.[\w\-.:/]+)?$/ },
  { 2: { looseParams: /\{([a-zA-Z\-_0-9.]+)\}/g, innerParam: /^(?:resp\d+_.+)?(?:JWT\.[\w\-.]+)?$/ } },
)

export function cleanPath(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

function findParams(text: string, pattern: RegExp): string[] {
  return text.includes('{') ? Array.from(text.matchAll(pattern), (match) => match[1]!) : []
}

export interface EndpointPath {
  /** `/users/:id` */
  readonly path: string
  /** Sorted, each once. */
  readonly params: readonly string[]
}

/** `isRest` false is `disable_rest`: parameters may stand anywhere in a segment. */
export function readEndpointPath(writtenPath: string, isRest: boolean, dialect: Dialect): EndpointPath {
  const params = findParams(writtenPath, isRest ? strictParams : QUIRKS[dialect].looseParams)
  if (params.length === 0) return { path: writtenPath, params }
  const end = writtenPath.indexOf('?')
  let path = end === -1 ? writtenPath : writtenPath.slice(0, end)
  for (const param of params) path = path.replaceAll(`{${param}}`, () => `:${param}`)
  return { path: end === -1 ? path : path + writtenPath.slice(end), params: [...new Set(params)].sort() }
}

export type UrlPattern =
  | { readonly pattern: string }
  /** `undefinedParam` is null when there are more parameters than the endpoint has. */
  | { readonly undefinedParam: string | null; readonly output: readonly string[] }

/** Rewrites a backend's URL pattern, or says which parameter the endpoint does not have. */
export function readUrlPattern(writtenPattern: string, input: readonly string[], dialect: Dialect): UrlPattern {
  const { looseParams, innerParam } = QUIRKS[dialect]
  let pattern = cleanPath(writtenPattern)
  const output = [...new Set(findParams(pattern, looseParams))].sort()
  // compat: KrakenD's count leaves out the last one
  const counted = output.slice(0, -1).filter((param) => !innerParam.test(param)).length
  if (counted > input.length) return { undefinedParam: null, output }
  for (const param of output) {
    if (!innerParam.test(param) && !input.includes(param)) return { undefinedParam: param, output }
    pattern = pattern.replaceAll(`{${param}}`, () => `{{.${paramName(param)}}}`)
  }
  return { pattern }
}
