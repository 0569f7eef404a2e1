// Says which namespaces of an `extra_config` nobody reads. Knows the names of KrakenD's Enterprise edition, no component.

import { isCommentKey } from '../schema/comment-key.ts'
import { type Issue, type IssuePath, errorIssue, warningIssue } from '../schema/issue.ts'
import { suggest } from '../schema/suggest.ts'
import { isObject } from '../schema/values.ts'
import type { ExtraConfig } from './types.ts'
import { oldNamespaces } from './upgrade.ts'
import enterprise from './upgrades/enterprise.json' with { type: 'json' }

const protecting: ReadonlySet<string> = new Set(enterprise.protecting)
const protectingPlugins: ReadonlySet<string> = new Set(enterprise.protectingPlugins)
const others: ReadonlySet<string> = new Set(enterprise.others)

/** What KrakenD's community edition reads. */
const communityNamespaces: ReadonlySet<string> = new Set([...oldNamespaces.values(), 'telemetry/opentelemetry'])

export interface NamespaceRules {
  /** Namespaces that components claim. */
  readonly known: ReadonlySet<string>
  /** `ce`: the Enterprise edition's protection is ignored, as KrakenD's community edition does. */
  readonly edition: 'ce' | null
}

/** Issues for the namespaces of one place, `at` being the path of its `extra_config`. */
export function checkNamespaces(extraConfig: ExtraConfig, at: IssuePath, rules: NamespaceRules): Issue[] {
  const issues: Issue[] = []
  for (const [namespace, block] of extraConfig) {
    const path = [...at, namespace]
    if (namespace.startsWith('plugin/')) issues.push(...checkPlugins(block, path, rules))
    if (rules.known.has(namespace) || isCommentKey(namespace)) continue
    if (protecting.has(namespace)) issues.push(refuse(`"${namespace}"`, path, rules))
    else if (others.has(namespace)) {
      issues.push(warningIssue('enterprise-namespace', path, `"${namespace}" belongs to KrakenD Enterprise and is ignored`))
    } else if (communityNamespaces.has(namespace)) {
      issues.push(warningIssue('missing-namespace', path, `"${namespace}" is not implemented yet: nothing of it is done`))
    } else {
      const meant = suggest(namespace, [...rules.known, ...oldNamespaces.keys()])
      const hint = meant === null ? '' : `did you mean "${oldNamespaces.get(meant) ?? meant}"?`
      issues.push(warningIssue('unknown-namespace', path, `nothing reads the namespace "${namespace}", ignored`, hint))
    }
  }
  return issues
}

function refuse(what: string, path: IssuePath, rules: NamespaceRules): Issue {
  if (rules.edition === 'ce') {
    return warningIssue('enterprise-protection', path, `${what} protects in KrakenD Enterprise only and is ignored`)
  }
  // security: KrakenD's community edition would serve this place without the protection that the file asks for
  const message = `${what} is a protection of KrakenD Enterprise that is not available here`
  return errorIssue('enterprise-protection', path, message, 'remove it, or start with --edition=ce to serve without this protection')
}

function checkPlugins(block: unknown, path: IssuePath, rules: NamespaceRules): Issue[] {
  if (!isObject(block)) return []
  const names = Array.isArray(block['name']) ? (block['name'] as unknown[]) : [block['name']]
  return names
    .filter((name): name is string => typeof name === 'string' && protectingPlugins.has(name))
    .map((name) => refuse(`the plugin "${name}"`, [...path, 'name'], rules))
}
