// What `check` and `run` say about the plugins of a configuration: whether there is one of each name, its options, and what follows.

import { hintForRetired, isProtectingPlugin, missingProtection } from '../config/check-plugins.ts'
import type { Quirks } from '../config/dialect.ts'
import type { Edition } from '../config/protection.ts'
import type { GatewayConfig } from '../config/types.ts'
import { findBuiltIn, type KnownBuiltIn } from '../plugins/built-in/find.ts'
import { collectUses, type PluginUse } from '../plugins/check/uses.ts'
import type { ModuleProblem } from '../plugins/loaded.ts'
import { explainMissing } from '../plugins/modules/explain-missing.ts'
import { findFiles } from '../plugins/modules/find-files.ts'
import { placeOfProblem } from '../plugins/modules/problem.ts'
import type { Inspection, UseReading } from '../plugins/modules/tasks.ts'
import { consequenceOf } from '../plugins/on-load-error.ts'
import { lackingParams, paramNamesOf } from '../plugins/params.ts'
import { type PluginSettings, pluginSettings } from '../plugins/plugins-block.ts'
import { errorIssue, type Issue, type IssuePath, warningIssue } from '../schema/issue.ts'
import { askPlugins, problemOfLost } from './plugin-tasks.ts'

export interface FindingsRequest {
  readonly edition: Edition
  /** Plain `check` agrees with KrakenD about files up to version 3. */
  readonly keepsVerdict: boolean
  /** `--strict`: whatever weakens a protection, or is left out, is an error. */
  readonly isStrict: boolean
  /** False for `--no-plugins`: no module is imported. */
  readonly importsPlugins: boolean
  /** What `--import` names. */
  readonly imports: readonly string[]
  /** Names of plugins that a configuration serves now: none of them may fail to load. */
  readonly served: ReadonlySet<string>
}

export interface PluginFindings {
  /** Errors stop the start. */
  readonly issues: readonly Issue[]
  /** Absolute path → SHA-256 of what was imported; null when nothing was. */
  readonly files: ReadonlyMap<string, string> | null
}

/** What `--strict` refuses of a folder: the others say only that something is not there. */
const REFUSED_BY_STRICT: ReadonlySet<string> = new Set(['duplicate-plugin', 'plugin-writable'])
const EFFECTS = {
  exit: 'the gateway does not start',
  reject: 'every request of this place is answered 500',
  passthrough: 'this place is served without it',
}

export async function findPluginIssues(config: GatewayConfig, request: FindingsRequest): Promise<PluginFindings> {
  const all = collectUses(config)
  const { plugin: folder } = config.service
  if (folder === null && all.length === 0) return { issues: [], files: null }
  const settings = pluginSettings(config.extraConfig)
  const judge = new Judge(config, settings, request)
  const { quirks } = config
  const own = all.filter(({ kind, name }) => findBuiltIn(kind, name, quirks) !== null)
  const uses = all.filter((use) => !own.includes(use))
  const ownIssues = judge.uses(own, await Promise.all(own.map((use) => readBuiltIn(use, quirks))))
  if (folder === null) return { issues: [...ownIssues, ...judge.uses(uses, uses.map(nothingFor))], files: null }
  if (uses.length === 0 || !request.importsPlugins) {
    const { problems, modules } = findFiles(folder.folder, folder.pattern)
    const known = new Set(modules.map(({ name }) => name))
    // security: a protection is looked for all the same, by the names of the files
    const lost = uses.filter(({ name }) => isProtectingPlugin(name) && !known.has(name))
    const issues = [...judge.problems(problems), ...ownIssues, ...tellOfUnused(own, known), ...judge.uses(lost, lost.map(nothingFor))]
    return { issues, files: null }
  }
  const inspection = await inspect(uses, { ...folder, ...settings }, request.imports)
  if ('code' in inspection) return { issues: [...judge.problems([inspection]), ...ownIssues], files: null }
  const known = new Set(inspection.plugins.map(({ name }) => name))
  const issues = [...judge.problems(inspection.problems), ...ownIssues, ...tellOfUnused(own, known), ...judge.uses(uses, inspection.uses)]
  return { issues, files: inspection.files.size === 0 ? null : inspection.files }
}

/** Only of one that the gateway brings along. */
async function readBuiltIn({ kind, name, options }: PluginUse, quirks: Quirks): Promise<UseReading> {
  const { kinds, load } = findBuiltIn(kind, name, quirks) as KnownBuiltIn
  const { protects, optionNames, prepare } = await load()
  const plugin = { name, kinds: [...kinds], file: '', params: [], protects, description: '', options: optionNames }
  return { plugin, missing: null, problems: prepare(options).problems }
}

/** Modules with the names of plugins that the gateway brings along. */
function tellOfUnused(own: readonly PluginUse[], modules: ReadonlySet<string>): Issue[] {
  const used = [...new Map(own.map((use) => [use.name, use])).values()].filter(({ name }) => modules.has(name))
  return used.map(({ name, namePath }) =>
    warningIssue(
      'plugin-unused',
      namePath,
      `the gateway has "${name}" itself: the module of that name is not used here`,
      'give the module another name',
    ),
  )
}

/** Where no folder is. */
function nothingFor({ kind, name }: PluginUse): UseReading {
  const missing = explainMissing({ plugins: [], problems: [] }, kind, name)
  return { plugin: null, missing: { ...missing, hint: missing.hint || 'the file has no folder of plugins' }, problems: [] }
}

async function inspect(
  uses: readonly PluginUse[],
  { folder, pattern, sha256, setupTimeoutMs }: { readonly folder: string; readonly pattern: string } & PluginSettings,
  imports: readonly string[],
): Promise<Inspection | ModuleProblem> {
  try {
    const asked = uses.map(({ kind, name, options }) => ({ kind, name, options }))
    return await askPlugins({ kind: 'inspect', folder, pattern, setupTimeoutMs, sha256, uses: asked }, imports)
  } catch (error) {
    return problemOfLost(error, folder)
  }
}

/** Of a plugin to load at one place. */
interface Failure {
  readonly code: string
  readonly path: IssuePath
  readonly message: string
  readonly hint: string
  readonly protects: boolean
  /** Nobody knows of a module of that name: KrakenD may have it. */
  readonly mayBeGo: boolean
}

class Judge {
  readonly #config: GatewayConfig
  readonly #settings: PluginSettings
  readonly #request: FindingsRequest

  constructor(config: GatewayConfig, settings: PluginSettings, request: FindingsRequest) {
    this.#config = config
    this.#settings = settings
    this.#request = request
  }

  /** Of modules: only files that are not those that were listed, and threads that never return, stop a start by themselves. */
  problems(problems: readonly ModuleProblem[]): Issue[] {
    const { isStrict } = this.#request
    return problems.map((problem) => {
      const { code, hint, severity, excerpt } = problem
      const isError = code === 'plugin-blocks' || (severity === 'error' && (code === 'plugin-integrity' || isStrict))
      const isRefused = isError || (isStrict && REFUSED_BY_STRICT.has(code))
      const message = severity === 'error' ? `${placeOfProblem(problem)}: ${problem.message}` : problem.message
      const issue = (isRefused ? errorIssue : warningIssue)(code, [], message, hint)
      return excerpt === null ? issue : { ...issue, excerpt }
    })
  }

  uses(uses: readonly PluginUse[], readings: readonly UseReading[]): Issue[] {
    return uses.flatMap((use, index) => this.#use(use, readings[index] as UseReading))
  }

  #use(use: PluginUse, { plugin, missing, problems }: UseReading): Issue[] {
    if (missing !== null) return this.#missing(use, missing)
    const { params = [], protects = false } = plugin ?? {}
    return [
      ...lackingParams(params, use.pattern).map((name) => tellOfParam(use, name)),
      ...problems.map(({ path, message, hint = '' }) =>
        this.#failed(use, { code: 'plugin-options', path: [...use.optionsPath, ...path], message, hint, protects, mayBeGo: false }),
      ),
      ...this.#tellOfUnprotected(use, protects, problems.length > 0),
    ]
  }

  #missing(use: PluginUse, missing: NonNullable<UseReading['missing']>): Issue[] {
    const { message, hint, protects, isForbidden, mayBeGo } = missing
    const { edition, isStrict } = this.#request
    const keepsVerdict = this.#request.keepsVerdict && mayBeGo
    const { quirks } = this.#config
    // What was not run for its digest is told where it lies.
    if (isForbidden) return []
    const written = { name: use.name, onLoadError: use.onLoadError, path: use.namePath.slice(use.blockPath.length) }
    if (isProtectingPlugin(use.name) && (quirks.needsProtectingPlugins || edition === 'ce')) {
      const issue = missingProtection(use.namespace, written, use.blockPath, { edition, keepsVerdict }, quirks)
      return [isStrict ? { ...issue, severity: 'error' } : issue]
    }
    const successor = hintForRetired(use.namespace, use.name, quirks)
    const found = this.#failed(use, { code: 'plugin-missing', path: use.namePath, message, hint: successor ?? hint, protects, mayBeGo })
    return [found, ...this.#tellOfUnprotected(use, protects, true)]
  }

  #failed(use: PluginUse, found: Failure): Issue {
    const consequence = this.#consequence(use, found.protects)
    const isRefused = consequence === 'exit' && !this.#keepsVerdict(use, found)
    const issue = (isRefused ? errorIssue : warningIssue)(found.code, found.path, found.message, found.hint)
    // compat: KrakenD 1.x gives up at the first name that nobody has.
    const endsList = use.namespace === 'plugin/http-server' && this.#config.quirks.readsVersion1Names && consequence === 'passthrough'
    return {
      ...issue,
      effect: endsList && found.code === 'plugin-missing' ? `${EFFECTS.passthrough}, and without those behind it` : EFFECTS[consequence],
    }
  }

  /** compat: KrakenD's `check` loads no plugins; a Go plugin that only a default of ours misses is told by `check` and refused by `run`. */
  #keepsVerdict({ name }: PluginUse, { protects, mayBeGo }: Failure): boolean {
    const { keepsVerdict, isStrict, served } = this.#request
    if (!keepsVerdict || isStrict || protects || !mayBeGo || served.has(name)) return false
    return !this.#config.quirks.listsPlugins && this.#settings.onLoadError === ''
  }

  /** Version 4 may say that it serves without a protection; whoever reads the findings should know, before its `setup` fails one day. */
  #tellOfUnprotected({ name, namePath, onLoadError }: PluginUse, protects: boolean, isMissing: boolean): Issue[] {
    const isOpen = this.#config.quirks.listsPlugins && onLoadError === 'passthrough'
    if (!isOpen || !(protects || isProtectingPlugin(name))) return []
    const without = isMissing ? 'is served without it' : 'would be served without it if it could not be loaded'
    const message = `the plugin "${name}" protects, and this place ${without}`
    const issue = this.#request.isStrict ? errorIssue : warningIssue
    return [issue('unprotected', namePath, message, 'write "exit" not to serve without it')]
  }

  #consequence({ namespace, name, onLoadError }: PluginUse, protects: boolean): keyof typeof EFFECTS {
    const { served, isStrict } = this.#request
    return consequenceOf({
      namespace,
      listsPlugins: this.#config.quirks.listsPlugins,
      entry: onLoadError,
      fallback: this.#config.service.plugin?.onLoadDefaultError ?? '',
      service: this.#settings.onLoadError,
      protects,
      isServed: served.has(name),
      isStrict,
    })
  }
}

function tellOfParam({ name, namePath, pattern }: PluginUse, param: string): Issue {
  const names = pattern === null ? [] : [...paramNamesOf(pattern).values()]
  const hint = pattern === null ? 'there is no endpoint here' : `the pattern has ${names.map((one) => `{${one}}`).join(', ') || 'none'}`
  return errorIssue(
    'plugin-params',
    namePath,
    `the plugin "${name}" needs the URL parameter {${param}}, which this place does not have`,
    hint,
  )
}
