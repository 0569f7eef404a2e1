// Says what becomes of the plugins that a block names: what protects must not be missing in silence.

import { type Issue, type IssuePath, warningIssue } from '../schema/issue.ts'
import type { Quirks } from './dialect.ts'
import { readPlugins, type WrittenPlugin } from './plugin-lists.ts'
import { type Edition, refuseProtection, WITHOUT_PROTECTION } from './protection.ts'
import enterprise from './upgrades/enterprise.json' with { type: 'json' }
import version4 from './upgrades/version-4.json' with { type: 'json' }

const PROTECTING: ReadonlySet<string> = new Set(enterprise.protectingPlugins)
/** Plugins that version 4 replaces by a namespace, by block. */
const RETIRED: Readonly<Record<string, Readonly<Record<string, string>>>> = version4.retiredPlugins

const LIST_FORM = 'version 4 wants "plugins": [{ "name": …, "config": { … } }]'
const NAME_FORM = 'up to version 3 it is "name": […] with a member of each name'

export interface PluginRules {
  readonly edition: Edition
  /** As `ParseOptions` has it. */
  readonly keepsVerdict: boolean
}

/** `path` is that of the block. */
export function checkPlugins(namespace: string, block: unknown, path: IssuePath, rules: PluginRules, quirks: Quirks): Issue[] {
  const { listsPlugins } = quirks
  const isOnlyTold = rules.keepsVerdict && rules.edition !== 'ce' && !listsPlugins && namespace !== 'plugin/http-server'
  const { plugins, unread } = readPlugins(namespace, block, listsPlugins)
  const issues: Issue[] = []
  if (unread.length > 0) {
    const names = unread.map(({ name }) => `"${name}"`).join(', ')
    const message = `"${namespace}" has the form of another version: ${names} would not be loaded`
    issues.push(warningIssue('plugin-form', path, message, listsPlugins ? LIST_FORM : NAME_FORM))
  }
  for (const plugin of [...plugins, ...unread]) {
    const at = [...path, ...plugin.path]
    if (PROTECTING.has(plugin.name)) issues.push(isOnlyTold ? tellOfPlugin(plugin, at) : refusePlugin(plugin, at, rules.edition))
    const successor = listsPlugins ? RETIRED[namespace]?.[plugin.name] : undefined
    if (successor !== undefined)
      issues.push(warningIssue('retired-plugin', at, `KrakenD 3 has no plugin "${plugin.name}"`, `use the namespace "${successor}"`))
  }
  return issues
}

function tellOfPlugin({ name }: WrittenPlugin, at: IssuePath): Issue {
  const message = `the plugin "${name}" is a protection of KrakenD Enterprise that is not available here: "krakend run" refuses the file`
  return warningIssue('enterprise-protection', at, message, WITHOUT_PROTECTION)
}

function refusePlugin({ name, onLoadError }: WrittenPlugin, at: IssuePath, edition: Edition): Issue {
  const what = `the plugin "${name}"`
  if (onLoadError !== 'passthrough') return refuseProtection(what, at, edition)
  const hint = 'on_load_error says "passthrough": write "exit" not to serve without it'
  return warningIssue('unprotected', at, `${what} is not available here: everything is served without its protection`, hint)
}
