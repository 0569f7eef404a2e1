// What a rule over a whole configuration is given, and what rules share. Knows no rule.

import type { BackendConfig, ConfigPath, EndpointConfig, GatewayConfig } from '../config/types.ts'
import { withFallbacks } from '../engine/compile/order.ts'
import type { Issue, Source } from '../schema/issue.ts'
import { valueInAnyCase } from '../json/any-case.ts'
import { getKey, isObject } from '../json/types.ts'

export interface CheckSubject {
  readonly config: GatewayConfig
  /** The file's value under the names that stand in it. */
  readonly raw: unknown
  /** Root keys that `KRAKEND_*` variables have set, in lower case. */
  readonly variableKeys: ReadonlySet<string>
  readonly source: Source
  /** Whether a file that the configuration names can be read. */
  readonly readable: (path: string) => boolean
  /** What is in such a file; null where nobody can tell. */
  readonly contentOf: (path: string) => Buffer | null
  /** Values of `sd` that something implements, beside a fixed list. */
  readonly discoveries: readonly string[]
  /** Namespaces that bring messages to async agents. */
  readonly drivers: readonly string[]
}

/** Paths are those of the file. Severities are what `--strict` makes of it: plain `check` warns. */
export type Rule = (subject: CheckSubject) => Issue[]

/** A backend with the endpoint that it stands in. */
export interface PlacedBackend {
  readonly endpoint: EndpointConfig
  readonly backend: BackendConfig
  readonly index: number
}

/** Every backend of every endpoint, those of fallbacks among them. */
export function backendsOf({ endpoints }: GatewayConfig): PlacedBackend[] {
  return endpoints.flatMap((endpoint) =>
    endpoint.backends.flatMap((backend, index) =>
      withFallbacks([backend]).map((one): PlacedBackend => ({ endpoint, backend: one, index })),
    ),
  )
}

/** What the file has at a path: keys in any case, one value for a list of one; undefined for nothing. */
export function writtenAt(raw: unknown, path: ConfigPath): unknown {
  let value = raw
  for (const step of path) {
    if (typeof step === 'number') {
      if (Array.isArray(value)) value = value[step]
      else if (step !== 0) return undefined
    } else {
      if (!isObject(value)) return undefined
      value = getKey(value, step) ?? valueInAnyCase(value, step.toLowerCase())
    }
  }
  return value
}

/** `GET /users/{id}`. */
export function nameOf({ method, writtenPath }: EndpointConfig): string {
  return `${method} ${writtenPath}`
}
