// Why nobody provides a plugin of that name: another kind, another spelling, a module that is broken, or none at all.

import enterprise from '../../config/upgrades/enterprise.json' with { type: 'json' }
import { suggest } from '../../schema/suggest.ts'
import { kindsOfBuiltIn } from '../built-in/find.ts'
import { suffixOf } from '../entries.ts'
import type { ModuleProblem, PluginModules } from '../loaded.ts'
import type { Kind } from '../types.ts'
import { placeOfProblem } from './problem.ts'

/** Plugins of KrakenD Enterprise that protect: without them a place would be served to everybody. */
const PROTECTING: ReadonlySet<string> = new Set(enterprise.protectingPlugins)

/** What KrakenD Enterprise brings along. */
const BUILT_IN: ReadonlySet<string> = new Set([...enterprise.protectingPlugins, ...enterprise.plugins])

/** So many names are shown at most. */
const MAX_NAMES = 10

export interface MissingPlugin {
  /** A sentence that names the plugin. */
  readonly message: string
  /** Empty when there is nothing to say. */
  readonly hint: string
  /** Whether whoever named it counts on being protected by it. */
  readonly protects: boolean
  /** Nothing in a configuration can allow it: the files are not those that were listed. */
  readonly isForbidden: boolean
  /** Whether KrakenD may have it, as a Go library: no module is to blame, and it is not certain that modules are all there is. */
  readonly mayBeGo: boolean
}

/**
 * `name` is one that `find` does not know for `kind`. `needsProtectingPlugins` is the quirk of the configuration: false where the names of
 * KrakenD's own protections mean nothing.
 */
export function explainMissing(
  modules: Pick<PluginModules, 'plugins' | 'problems'>,
  kind: Kind,
  name: string,
  needsProtectingPlugins = true,
): MissingPlugin {
  const names = [name, suffixOf(name)?.base ?? name]
  const faults = modules.problems.filter(({ severity }) => severity === 'error')
  const fault = faults.find(({ plugins = [] }) => names.some((one) => plugins.includes(one)))
  const protects =
    (needsProtectingPlugins && PROTECTING.has(name)) ||
    fault?.protects === true ||
    modules.plugins.some((one) => one.name === name && one.protects)
  // security: which plugins a module has that was not run, nobody knows
  const isForbidden = faults.some(({ code }) => code === 'plugin-integrity')
  return { ...describe(modules, kind, name, fault), protects, isForbidden }
}

function describe(
  { plugins, problems }: Pick<PluginModules, 'plugins' | 'problems'>,
  kind: Kind,
  name: string,
  fault: ModuleProblem | undefined,
): Pick<MissingPlugin, 'message' | 'hint' | 'mayBeGo'> {
  if (fault !== undefined) {
    const message = `the plugin "${name}" could not be loaded: ${placeOfProblem(fault)}: ${fault.message}`
    return { message, hint: fault.hint, mayBeGo: false }
  }
  const other = plugins.find((plugin) => plugin.name === name)
  if (other !== undefined) {
    const kinds = [...other.kinds].join(', ')
    return { message: `the plugin "${name}" of ${other.file} is no ${kind}`, hint: `its kind is ${kinds}`, mayBeGo: false }
  }
  const libraries = problems.filter(({ code }) => code === 'go-plugin')
  const library = libraries.find((problem) => problem.plugins?.includes(name) === true)
  if (library !== undefined) return { message: `nothing provides the plugin "${name}": ${library.message}`, hint: '', mayBeGo: true }
  const ownKinds = kindsOfBuiltIn(name)
  if (ownKinds.length > 0 && !ownKinds.includes(kind)) {
    const hint = `its place is ${ownKinds.map((one) => `plugin/${one}`).join(' or ')}`
    return { message: `the plugin "${name}" is no ${kind}`, hint, mayBeGo: true }
  }
  if (BUILT_IN.has(name)) {
    const message = `the plugin "${name}" is one of KrakenD Enterprise, which is not available here`
    return { message, hint: `remove it, or write a module of that name: "krakend plugin new ${name}"`, mayBeGo: true }
  }
  const hasModules = plugins.length > 0 || problems.some(({ code }) => code === 'plugin-module')
  const mayBeGo = !hasModules || libraries.length > 0
  const usable = plugins.filter(({ kinds }) => kinds.has(kind)).map((plugin) => plugin.name)
  const meant = suggest(name, usable)
  const message = `nothing provides the plugin "${name}" for plugin/${kind}`
  if (meant !== null) return { message, hint: `did you mean "${meant}"?`, mayBeGo }
  const broken = problems.find(({ severity }) => severity === 'error')
  if (broken !== undefined) return { message, hint: `perhaps it is in ${broken.file}, which could not be loaded`, mayBeGo }
  const known = [...new Set(usable)]
  const more = known.length > MAX_NAMES ? ' …' : ''
  return { message, hint: known.length === 0 ? '' : `plugins of this kind: ${known.slice(0, MAX_NAMES).join(', ')}${more}`, mayBeGo }
}
