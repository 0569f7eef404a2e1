// The backend inside another one's `_gw/fallback`, which is a backend like any other. What the block means is not known here.

import { isObject } from '../json/types.ts'
import { backendFields, type RawBackend } from './fields.ts'
import type { ParseContext } from './parse-context.ts'
import { type Place, readFields } from './read-fields.ts'
import type { BackendConfig, ConfigPath } from './types.ts'
import { fieldRules } from './upgrade.ts'

/** Gives a backend the one of its fallback; `parse` reads that as any other of the same place. */
export function withFallback(
  backend: BackendConfig,
  context: ParseContext,
  parse: (raw: RawBackend, at: ConfigPath) => BackendConfig,
): BackendConfig {
  const block = backend.extraConfig.get('_gw/fallback')
  if (!isObject(block) || !isObject(block['backend'])) return backend
  const at: ConfigPath = [...backend.at, 'extra_config', '_gw/fallback', 'backend']
  const raw = readFields(backendFields, block['backend'], placeOf(at), {
    issues: context.findings,
    ...fieldRules(context.quirks),
    quietKeys: new Set(),
    edition: context.namespaces.edition,
  })
  return { ...backend, fallback: parse(raw, at) }
}

function placeOf(path: ConfigPath): Place | null {
  return path.reduce<Place | null>((parent, step) => ({ parent, step }), null)
}
