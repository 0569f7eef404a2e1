// Says what is wrong with the blocks that name plugins, whatever plugins there are: their form, their level, values that nobody knows.
// What protects must not be missing in silence.

import { isCommentKey } from '../schema/comment-key.ts'
import { errorIssue, type Issue, type IssuePath, warningIssue } from '../schema/issue.ts'
import { suggestHint } from '../schema/suggest.ts'
import { isObject, type PlainObject } from '../json/types.ts'
import { describeValue } from '../schema/values.ts'
import type { Quirks } from './dialect.ts'
import { isPluginList, readEntries, readNames, type WrittenPlugin } from './plugin-lists.ts'
import { type Edition, refuseProtection, WITHOUT_PROTECTION } from './protection.ts'
import enterprise from './upgrades/enterprise.json' with { type: 'json' }
import version4 from './upgrades/version-4.json' with { type: 'json' }

const PROTECTING: ReadonlySet<string> = new Set(enterprise.protectingPlugins)
/** Plugins that version 4 replaces by a namespace, by block. */
const RETIRED: Readonly<Record<string, Readonly<Record<string, string>>>> = version4.retiredPlugins

const LIST_FORM = 'version 4 wants "plugins": [{ "name": …, "config": { … } }]'
const NAME_FORM = 'up to version 3 it is "name": […] with a member of each name'
const MIDDLEWARE = 'plugin/middleware'
/** Where one text in place of a list is no plugin at all, as in KrakenD. */
const ONLY_LISTS = 'plugin/req-resp-modifier'
const ENTRY: readonly string[] = ['name', 'config', 'on_load_error']
const LOAD_ERRORS: readonly string[] = ['exit', 'reject', 'passthrough']

export interface PluginRules {
  readonly edition: Edition
  /** As `ParseOptions` has it. */
  readonly keepsVerdict: boolean
}

/** Blocks of plugins that count for nothing in this version or edition. */
export function isIgnoredPluginBlock(namespace: string, { loadsPlugins, readsMiddlewares }: Quirks): boolean {
  return !loadsPlugins || (!readsMiddlewares && namespace === MIDDLEWARE)
}

/** What is said of such a block, once for each. */
export function tellOfIgnoredBlock(namespace: string, block: unknown, path: IssuePath, edition: Edition): Issue {
  const named = isObject(block) ? [...readNames(block), ...readEntries(block)] : []
  if (edition === 'ce' && named.some(({ name }) => PROTECTING.has(name))) return refuseProtection(`"${namespace}"`, path, edition)
  if (edition === 'ce') return warningIssue('enterprise-namespace', path, `"${namespace}" belongs to KrakenD Enterprise and is ignored`)
  return warningIssue('unknown-namespace', path, `"${namespace}" does not exist in version 2, ignored`)
}

/** `path` is that of the block. Whether there are plugins of these names is not known here. */
export function checkPlugins(namespace: string, block: unknown, path: IssuePath, rules: PluginRules, quirks: Quirks): Issue[] {
  if (!isObject(block))
    return [warningIssue('plugin-form', path, `"${namespace}" names no plugin`, quirks.listsPlugins ? LIST_FORM : NAME_FORM)]
  const { read, unread, issues } = readForm(namespace, block, path, quirks.listsPlugins)
  const isRead = isReadAt(namespace, path)
  const lost = isRead ? unread : [...read, ...unread]
  return [
    ...issues,
    ...(quirks.listsPlugins ? checkEntries(namespace, block, path) : []),
    ...lost
      .filter(({ name }) => PROTECTING.has(name))
      .map((plugin) =>
        tellOfUnread(plugin, missingProtection(namespace, plugin, path, rules, quirks), {
          why: isRead ? 'stands in a form that this version does not load' : `stands in "${namespace}", which nobody reads here`,
          hint: (isRead ? issues[0]?.hint : undefined) ?? 'write it where it is read',
        }),
      ),
  ]
}

/** Whether the gateway has the plugin does not matter where nobody asks for it: what is wrong is how, or where, it is written. */
function tellOfUnread({ name }: WrittenPlugin, issue: Issue, { why, hint }: { readonly why: string; readonly hint: string }): Issue {
  if (issue.hint !== WITHOUT_PROTECTION) return issue
  const refusal = issue.severity === 'warning' ? ': "krakend run" refuses the file' : ''
  return { ...issue, message: `the plugin "${name}" protects and ${why}${refusal}`, hint }
}

interface Form {
  readonly read: readonly WrittenPlugin[]
  /** Those that are not loaded, because they stand in the form of another version. */
  readonly unread: readonly WrittenPlugin[]
  readonly issues: readonly Issue[]
}

function readForm(namespace: string, block: PlainObject, path: IssuePath, listsPlugins: boolean): Form {
  const [names, entries] = [readNames(block), readEntries(block)]
  if (!isPluginList(namespace))
    return { read: names, unread: entries, issues: names.length > 0 ? [] : [tellOfForm(namespace, entries, path, false)] }
  if (namespace === ONLY_LISTS && !listsPlugins && typeof block['name'] === 'string') {
    const issue = warningIssue('plugin-form', [...path, 'name'], 'must be a list here: a text is no plugin', `write ["${block['name']}"]`)
    return { read: [], unread: names, issues: [issue] }
  }
  const [read, unread] = listsPlugins ? [entries, names] : [names, entries]
  const isEmpty = read.length === 0 && !(listsPlugins && Array.isArray(block['plugins']))
  return { read, unread, issues: unread.length > 0 || isEmpty ? [tellOfForm(namespace, unread, path, listsPlugins)] : [] }
}

function tellOfForm(namespace: string, unread: readonly WrittenPlugin[], path: IssuePath, listsPlugins: boolean): Issue {
  const names = unread.map(({ name }) => `"${name}"`).join(', ')
  const message =
    unread.length === 0 ? `"${namespace}" names no plugin` : `"${namespace}" has the form of another version: ${names} would not be loaded`
  const hint = isPluginList(namespace) ? (listsPlugins ? LIST_FORM : NAME_FORM) : 'it names one plugin: "name": "…"'
  return warningIssue('plugin-form', path, message, hint)
}

/** Version 4: what stands in the entries, or in the one object. */
function checkEntries(namespace: string, block: PlainObject, path: IssuePath): Issue[] {
  if (!isPluginList(namespace)) return checkEntry(block, path)
  const list: readonly unknown[] = Array.isArray(block['plugins']) ? block['plugins'] : []
  return list.flatMap((entry, index) => {
    const at = [...path, 'plugins', index]
    // security: nobody can say what becomes of a plugin that has no name
    if (!isObject(entry) || typeof entry['name'] !== 'string')
      return [errorIssue('plugin-form', at, 'names no plugin', LIST_FORM), ...(isObject(entry) ? checkEntry(entry, at) : [])]
    return checkEntry(entry, at)
  })
}

function checkEntry(entry: PlainObject, path: IssuePath): Issue[] {
  const unknown = Object.keys(entry).filter((key) => !ENTRY.includes(key) && !isCommentKey(key))
  return [
    ...unknown.map((key) =>
      warningIssue(
        'unknown-option',
        [...path, key],
        `unknown option "${key}", ignored`,
        suggestHint(key, ENTRY) || 'what the plugin gets stands in "config"',
      ),
    ),
    ...checkLoadError(entry['on_load_error'], [...path, 'on_load_error']),
  ]
}

/** An error for a value of `on_load_error` and its like that nobody knows. */
export function checkLoadError(written: unknown, path: IssuePath): Issue[] {
  if (written === undefined || LOAD_ERRORS.includes(written as string)) return []
  const hint = typeof written === 'string' ? suggestHint(written, LOAD_ERRORS) : ''
  const message = `must be one of ${LOAD_ERRORS.map((one) => `"${one}"`).join(', ')}, not ${describeValue(written)}`
  return [errorIssue('plugin-load-error', path, message, hint)]
}

/** Whether somebody reads the block where it stands: at the service, around an endpoint or an agent, or at a backend. */
function isReadAt(namespace: string, path: IssuePath): boolean {
  const isService = path[0] === 'extra_config'
  if (namespace === 'plugin/http-server') return isService
  return namespace === 'plugin/http-client' ? path.includes('backend') : !isService
}

/** What to do for whoever names a plugin in vain that version 4 replaces by a namespace; null for other names. */
export function hintForRetired(namespace: string, name: string, { listsPlugins }: Quirks): string | null {
  const successor = listsPlugins ? RETIRED[namespace]?.[name] : undefined
  return successor === undefined ? null : `KrakenD 3 has no such plugin: use the namespace "${successor}"`
}

/** What is said of a protecting plugin of KrakenD's that nobody provides. `path` is that of the block. */
export function missingProtection(
  namespace: string,
  { name, onLoadError, path: inside }: WrittenPlugin,
  path: IssuePath,
  { keepsVerdict, edition }: PluginRules,
  { listsPlugins }: Quirks,
): Issue {
  const what = `the plugin "${name}"`
  const at = [...path, ...inside]
  if (keepsVerdict && edition !== 'ce' && !listsPlugins && namespace !== 'plugin/http-server') {
    const message = `${what} is a protection of KrakenD Enterprise that is not available here: "krakend run" refuses the file`
    return warningIssue('enterprise-protection', at, message, WITHOUT_PROTECTION)
  }
  if (onLoadError !== 'passthrough' || !listsPlugins) return refuseProtection(what, at, edition)
  const hint = 'on_load_error says "passthrough": write "exit" not to serve without it'
  return warningIssue('unprotected', at, `${what} is not available here: everything is served without its protection`, hint)
}

/** Whether a plugin of that name protects in KrakenD. */
export function isProtectingPlugin(name: string): boolean {
  return PROTECTING.has(name)
}
