// Where a value of a configuration comes from: a line of the file, a variable of the environment, or nowhere, which means a default.

import type { IssuePath, Source } from '../schema/issue.ts'
import { makeLocate, type Locate } from '../schema/print-issues.ts'
import { DEFAULTS_NAMESPACE, type Inherited, inheritedFrom } from '../config/defaults.ts'
import { isObject } from '../json/types.ts'

export interface Origins {
  /**
   * `krakend.json:12`, the same with `(_gw/defaults)` where it is inherited, `environment KRAKEND_PORT`, or `default` where nothing is
   * written at any of the paths; the first that is written counts.
   */
  of(...paths: readonly IssuePath[]): string
  /** `krakend.json:12:5`, or the file where the format has no places. */
  placeOf(path: IssuePath): string
  /** Whether the file or the environment has something there. */
  isWritten(path: IssuePath): boolean
  /** Whether `_gw/defaults` has given what is there. */
  isInherited(path: IssuePath): boolean
}

export interface OriginsInit {
  /** The file's value with the environment's overrides. */
  readonly raw: unknown
  readonly source: Source
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `GatewayConfig.inherited`; nothing by default. */
  readonly inherited?: Inherited
}

export async function findOrigins({ raw, source, environment, inherited = new Map() }: OriginsInit): Promise<Origins> {
  const locate: Locate = await makeLocate(source)
  const placeOf = (path: IssuePath, withColumn: boolean): string => {
    const position = locate(path)
    if (position === null) return source.file
    const made = source.originOf?.(position) ?? null
    return made ?? `${source.file}:${position.line}${withColumn ? `:${position.column}` : ''}`
  }
  const isWritten = (path: IssuePath): boolean => findWritten(raw, path, source) !== undefined
  const originOf = (path: IssuePath): IssuePath | null => {
    const from = inheritedFrom(path, inherited)
    return from !== null && isWritten(from) ? from : null
  }
  return {
    isWritten,
    isInherited: (path) => !isWritten(path) && originOf(path) !== null,
    placeOf: (path) => placeOf(path, true),
    of(...paths) {
      for (const path of paths) {
        if (isWritten(path)) return variableOf(path, environment) ?? placeOf(path, false)
        const from = originOf(path)
        if (from !== null) return `${placeOf(from, false)} (${DEFAULTS_NAMESPACE})`
      }
      return 'default'
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
