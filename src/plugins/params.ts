// URL parameters as plugins see them: by the names of the pattern (`id`), where the engine says `Id`.

import type { Params } from '../engine/types.ts'
import { paramName } from '../go/param-name.ts'

export type ParamNames = ReadonlyMap<string, string>

type ParamObject = Record<string, string | undefined>

const PLACEHOLDER = /\{\*?([^{}]+)\}/g
const OF_SEQUENCE = /^Resp(?=\d)/

/** The names of a pattern as written, by the engine's. */
export function paramNamesOf(pattern: string): ParamNames {
  return new Map([...pattern.matchAll(PLACEHOLDER)].map(([, name = '']) => [paramName(name), name]))
}

/** What endpoints have among their URL parameters, whatever the pattern is. */
const MADE_BY_GATEWAY = /^(?:JWT\.|resp\d+_)/

/** Those that a plugin counts on and no request of an endpoint with this pattern can have; null: no endpoint. */
export function lackingParams(wanted: readonly string[], pattern: string | null): string[] {
  if (pattern === null) return [...wanted]
  const names = new Set(paramNamesOf(pattern).values())
  return wanted.filter((name) => !names.has(name) && !MADE_BY_GATEWAY.test(name))
}

/** A name of the engine as people write it: `Id` is `id`, `Resp0_id` is `resp0_id`, `JWT.sub` stays. */
export function writtenName(key: string, names: ParamNames): string {
  return names.get(key) ?? key.replace(OF_SEQUENCE, 'resp')
}

/** An object of its own, with nothing inherited. */
export function paramsObject(params: Params, names: ParamNames): ParamObject {
  const object = Object.create(null) as ParamObject
  for (const [key, value] of params) object[writtenName(key, names)] = value
  return object
}

/** The parameters that an object says; `params` itself where it says the same. */
export function paramsFrom(object: ParamObject, params: Params): Params {
  const written = new Map<string, string>()
  const entries: [string, unknown][] = Object.entries(object)
  for (const [name, value] of entries)
    if (value !== undefined) written.set(paramName(name), typeof value === 'string' ? value : JSON.stringify(value))
  const isSame = written.size === params.size && [...written].every(([name, value]) => params.get(name) === value)
  return isSame ? params : written
}

/** From now on, whoever writes hears why not. */
export function sealParams(object: ParamObject, message: string): void {
  for (const [name, value] of Object.entries(object))
    Object.defineProperty(object, name, {
      enumerable: true,
      configurable: false,
      get: () => value,
      set() {
        throw new TypeError(message)
      },
    })
  Object.preventExtensions(object)
}
