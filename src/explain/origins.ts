// Where a value of a configuration comes from: a line of the file, a variable of the environment, or nowhere, which means a default.

import type { IssuePath, Source } from '../schema/issue.ts'
import { makeLocate, type Locate } from '../schema/print-issues.ts'
import { isObject } from '../json/types.ts'

export interface Origins {
  /** `krakend.json:12`, `environment KRAKEND_PORT`, or `default` where nothing is written at any of the paths; the first that is written counts. */
  of(...paths: readonly IssuePath[]): string
  /** `krakend.json:12:5`, or the file where the format has no places. */
  placeOf(path: IssuePath): string
  /** Whether the file or the environment has something there. */
  isWritten(path: IssuePath): boolean
}

export interface OriginsInit {
  /** The file's value with the environment's overrides. */
  readonly raw: unknown
  readonly source: Source
  readonly environment: Readonly<Record<string, string | undefined>>
}

export async function findOrigins({ raw, source, environment }: OriginsInit): Promise<Origins> {
  const locate: Locate = await makeLocate(source)
  const placeOf = (path: IssuePath, withColumn: boolean): string => {
    const position = locate(path)
    if (position === null) return source.file
    const made = source.originOf?.(position) ?? null
    return made ?? `${source.file}:${position.line}${withColumn ? `:${position.column}` : ''}`
  }
  const isWritten = (path: IssuePath): boolean => findWritten(raw, path, source) !== undefined
  return {
    isWritten,
    placeOf: (path) => placeOf(path, true),
    of(...paths) {
      const path = paths.find(isWritten)
      if (path === undefined) return 'default'
      return variableOf(path, environment) ?? placeOf(path, false)
    },
  }
}

/** A variable replaces what the file says of a key of the root. */
function variableOf([key, ...rest]: IssuePath, environment: OriginsInit['environment']): string | null {
  if (typeof key !== 'string') return null
  const name = `KRAKEND_${[key, ...rest].join('.').toUpperCase()}`
  return environment[name] === undefined ? null : `environment ${name}`
}

/** What stands at a path: keys in any case or under an older name, one value for a list of one. Undefined for nothing, null counts as that. */
export function findWritten(raw: unknown, path: IssuePath, source: Pick<Source, 'synonymsOf'>): unknown {
  let value: unknown = raw
  for (const step of path) {
    if (typeof step === 'number') {
      if (Array.isArray(value)) value = value[step]
      else if (step !== 0) return undefined
      continue
    }
    if (!isObject(value)) return undefined
    const names = new Set([step, ...source.synonymsOf(step)].map((name) => name.toLowerCase()))
    const key = Object.hasOwn(value, step) ? step : Object.keys(value).find((name) => names.has(name.toLowerCase()))
    value = key === undefined ? undefined : value[key]
  }
  return value ?? undefined
}
