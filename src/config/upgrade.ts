// Old names become those of KrakenD 2.x: namespaces up to version 3, keys and options in version-2 files. The names are in upgrades/*.json.

import { isObject, type PlainObject, setKey } from '../json/types.ts'
import type { Quirks } from './dialect.ts'
import { backendFields, endpointFields, type Fields, serviceFields } from './fields.ts'
import type { FieldsContext, Renames } from './read-fields.ts'
import namespacesFile from './upgrades/namespaces.json' with { type: 'json' }
import version2File from './upgrades/version-2.json' with { type: 'json' }

/** Old namespace → new namespace. */
export const oldNamespaces: ReadonlyMap<string, string> = new Map(Object.entries(namespacesFile))

const optionNames: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(Object.entries(version2File.options))
const optionsOfBothVersions: ReadonlySet<string> = new Set(version2File.optionsOfBothVersions)

/** Keys of version 2 that readers of version-2 files accept. */
export const version2Renames: ReadonlyMap<Fields, Renames> = new Map<Fields, Renames>([
  [serviceFields, new Map(Object.entries(version2File.keys.service))],
  [endpointFields, new Map(Object.entries(version2File.keys.endpoint))],
  [backendFields, new Map(Object.entries(version2File.keys.backend))],
])

const synonyms = collectSynonyms()

function collectSynonyms(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const pairs = [
    ...oldNamespaces,
    ...[...optionNames.values()].flatMap((names) => Object.entries(names)),
    ...Object.values(version2File.keys).flatMap((keys) => Object.entries(keys).map(([old, { to }]) => [old, to] as const)),
  ]
  for (const [old, current] of pairs) found.set(current, [...(found.get(current) ?? []), old])
  return found
}

/** The older names under which `name` may stand in a file. */
export function synonymsOf(name: string): readonly string[] {
  return synonyms.get(name) ?? []
}

/** How the fields of a file of some version are read. */
export function fieldRules({ splitsTexts, readsVersion1Names }: Quirks): Pick<FieldsContext, 'splitsTexts' | 'renames' | 'hintFor'> {
  if (readsVersion1Names) return { splitsTexts, renames: version2Renames, hintFor: () => '' }
  return { splitsTexts, renames: new Map(), hintFor: hintForOldKey }
}

/** What `key` is called in version 3, if it is a key of version 2. */
function hintForOldKey(key: string): string {
  for (const keys of version2Renames.values()) {
    const renamed = keys.get(key.toLowerCase())
    if (renamed !== undefined) return `"${key}" is a name of version 2, version 3 calls it "${renamed.to}"`
  }
  return ''
}

/**
 * Renames the namespaces of an `extra_config` in place; where both names are present the new one's value stays.
 * The blocks themselves are copied before an option is renamed.
 */
export function upgradeExtraConfig(extraConfig: Map<string, unknown>, quirks: Quirks): void {
  for (const [written, block] of Array.from(extraConfig)) {
    const current = quirks.readsLongNamespaces ? oldNamespaces.get(written) : undefined
    if (current !== undefined) {
      extraConfig.delete(written)
      if (extraConfig.has(current)) continue
    }
    const namespace = current ?? written
    const names = optionNames.get(namespace)
    // compat: 2.x no longer reads the limiters' old namespaces; a limit that is silently off is worse than one too many
    const isOld = quirks.readsVersion1Names || (current !== undefined && optionsOfBothVersions.has(namespace))
    if (names !== undefined && isOld && isObject(block)) extraConfig.set(namespace, renameOptions(block, names))
    else if (current !== undefined) extraConfig.set(namespace, block)
  }
}

function renameOptions(block: PlainObject, names: Readonly<Record<string, string>>): PlainObject {
  const result: PlainObject = {}
  for (const [key, value] of Object.entries(block)) {
    const current = Object.hasOwn(names, key) ? names[key]! : key
    if (current === key || !Object.hasOwn(block, current)) setKey(result, current, value)
  }
  return result
}
