// Says which namespaces of an `extra_config` nobody reads, or not in this version of files.

import { isCommentKey } from '../schema/comment-key.ts'
import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'
import { isOwnNamespace } from '../schema/own-keys.ts'
import { suggest } from '../schema/suggest.ts'
import { checkPlugins, isIgnoredPluginBlock, type PluginRules, tellOfIgnoredBlock } from './check-plugins.ts'
import type { Quirks } from './dialect.ts'
import { isPluginBlock } from './plugin-lists.ts'
import { checkEnterpriseOptions, type Edition, isReference, refuseProtection, refuseReference } from './protection.ts'
import type { ExtraConfig } from './types.ts'
import { oldNamespaces } from './upgrade.ts'
import enterprise from './upgrades/enterprise.json' with { type: 'json' }
import version4 from './upgrades/version-4.json' with { type: 'json' }

/** The folder of plugins as a namespace of the service. */
export const PLUGIN_FOLDER = 'plugin'

const PROTECTING: ReadonlySet<string> = new Set(enterprise.protecting)
const OTHERS: ReadonlySet<string> = new Set(enterprise.others)
/** Protections of the community edition: under a name that does not count they protect nothing. */
const PROTECTING_HERE: ReadonlySet<string> = new Set([...version4.protecting, ...enterprise.protecting])
/** What does the same here. */
const INSTEAD: Readonly<Record<string, string>> = enterprise.instead
const DROPPED: ReadonlySet<string> = new Set(version4.dropped)

/** What KrakenD's community edition reads. */
const COMMUNITY: ReadonlySet<string> = new Set([...oldNamespaces.values(), 'telemetry/opentelemetry'])

export interface NamespaceRules extends PluginRules {
  /** Namespaces that components claim. */
  readonly known: ReadonlySet<string>
}

/** Issues for the namespaces of one place, `at` being the path of its `extra_config`. */
export function checkNamespaces(extraConfig: ExtraConfig, at: IssuePath, rules: NamespaceRules, quirks: Quirks): Issue[] {
  return [...extraConfig].flatMap(([namespace, block]) => {
    if (isCommentKey(namespace)) return []
    const path = [...at, namespace]
    if (isIgnoredPlugins(namespace, quirks)) return [tellOfIgnoredBlock(namespace, block, path, rules.edition)]
    const plugins = isPluginBlock(namespace) ? checkPlugins(namespace, block, path, rules, quirks) : []
    const options = checkEnterpriseOptions(namespace, block, path, rules.edition)
    const own = checkNamespace(namespace, path, rules, quirks)
    return [...plugins, ...options, ...(own === null ? [] : [own])]
  })
}

/** Namespaces that this version or edition of KrakenD does not have: no component may read them. */
export function isDropped(namespace: string, quirks: Quirks): boolean {
  return isGivenUp(namespace, quirks) || isIgnoredPlugins(namespace, quirks)
}

function isGivenUp(namespace: string, { readsOpenCensus }: Quirks): boolean {
  return !readsOpenCensus && DROPPED.has(namespace)
}

function isIgnoredPlugins(namespace: string, quirks: Quirks): boolean {
  return (isPluginBlock(namespace) && isIgnoredPluginBlock(namespace, quirks)) || (namespace === PLUGIN_FOLDER && !quirks.loadsPlugins)
}

function checkNamespace(namespace: string, path: IssuePath, { known, edition }: NamespaceRules, quirks: Quirks): Issue | null {
  if (isReference(namespace)) return refuseReference(path, edition)
  if (isGivenUp(namespace, quirks))
    return warningIssue('dropped-namespace', path, `KrakenD 3 has dropped "${namespace}": ignored`, 'use "telemetry/opentelemetry"')
  const shortName = quirks.readsLongNamespaces ? undefined : oldNamespaces.get(namespace)
  if (shortName !== undefined) return refuseLongName(namespace, shortName, path, edition)
  if (known.has(namespace) || (namespace === PLUGIN_FOLDER && quirks.pluginFolderAt === 'extra_config')) return null
  if (PROTECTING.has(namespace)) return refuseProtection(`"${namespace}"`, path, edition)
  if (OTHERS.has(namespace))
    return warningIssue('enterprise-namespace', path, `"${namespace}" belongs to KrakenD Enterprise and is ignored`, INSTEAD[namespace])
  if (COMMUNITY.has(namespace))
    return warningIssue('missing-namespace', path, `"${namespace}" is not implemented yet: nothing of it is done`)
  const meant = suggest(namespace, [...known, ...(quirks.readsLongNamespaces ? oldNamespaces.keys() : [])])
  const hint = meant === null ? '' : `did you mean "${oldNamespaces.get(meant) ?? meant}"?`
  // Nobody else reads these names, so it is a typing mistake, and what was meant would not be done.
  if (isOwnNamespace(namespace)) return errorIssue('unknown-namespace', path, `there is no namespace "${namespace}"`, hint)
  return warningIssue('unknown-namespace', path, `nothing reads the namespace "${namespace}", ignored`, hint)
}

/** security: KrakenD 3 is silent about a protection under a name that it no longer knows, and serves without it. */
function refuseLongName(namespace: string, shortName: string, path: IssuePath, edition: Edition): Issue {
  const message = `nothing reads the namespace "${namespace}" in version 4`
  const hint = `version 4 knows it as "${shortName}"`
  if (!PROTECTING_HERE.has(shortName)) return warningIssue('old-namespace', path, `${message}, ignored`, hint)
  if (edition === 'ce') return warningIssue('old-protection', path, `${message}: nothing is protected by it`, hint)
  return errorIssue('old-protection', path, `${message}: nothing would be protected by it`, hint)
}
