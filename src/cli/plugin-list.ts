// Lists plugins as a table: what they are called, where they may stand, and who names them.

import { readConfig } from '../config/read-config.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { textMasker } from '../engine/secrets.ts'
import { order } from '../order.ts'
import { findBuiltIn, type KnownBuiltIn } from '../plugins/built-in/find.ts'
import { collectUses, type PluginUse } from '../plugins/check/uses.ts'
import type { Inspection, InspectTask } from '../plugins/modules/tasks.ts'
import { pluginSettings } from '../plugins/plugins-block.ts'
import { describeProblem, IMPORT_TIMEOUT_MS } from './check-modules.ts'
import { askPlugins, problemOfLost } from './plugin-tasks.ts'
import { writeNotices } from './read-file.ts'
import { formatTable } from './table.ts'

export interface ListRequest {
  /** Null: the plugins of a folder. */
  readonly config: string | null
  readonly folder: string
  readonly imports: readonly string[]
}

const NOTHING_NAMED: Named = { builtIns: [], uses: [], task: null }
const NOTHING_FOUND: Inspection = { plugins: [], problems: [], uses: [], files: new Map() }
const HEAD = ['NAME', 'KINDS', 'FILE', 'OPTIONS', 'PLACES'] as const

/** Prints the table on standard output, and gives the exit code. */
export async function listPlugins({ config, folder, imports }: ListRequest): Promise<number> {
  const named = config === null ? NOTHING_NAMED : await readUses(config)
  if (named === null) return 1
  const task = config === null ? taskFor(folder) : named.task
  const inspection = task === null ? NOTHING_FOUND : await inspect(task, imports)
  for (const problem of inspection.problems) process.stderr.write(describeProblem(problem))
  const modules = inspection.plugins.map((plugin) => [
    plugin.name,
    plugin.kinds.join(', '),
    plugin.file,
    plugin.options === null ? 'any' : plugin.options.join(', ') || '-',
    placesOf(plugin, named.uses, inspection).join('; ') || '-',
  ])
  process.stdout.write(formatTable([HEAD, ...(await builtInRows(named.builtIns)), ...modules]))
  return inspection.problems.some(({ code }) => code === 'plugin-folder' || code === 'plugin-blocks') ? 1 : 0
}

/** A row for each that the gateway brings along. */
async function builtInRows(builtIns: Named['builtIns']): Promise<string[][]> {
  const names = [...new Set(builtIns.map(({ use }) => use.name))]
  return Promise.all(
    names.map(async (name) => {
      const own = builtIns.filter(({ use }) => use.name === name)
      const { kinds, load } = (own[0] as Named['builtIns'][number]).plugin
      return [
        name,
        [...kinds].join(', '),
        'built in',
        (await load()).optionNames.join(', '),
        placeTexts(own.map(({ use }) => use)).join('; '),
      ]
    }),
  )
}

async function inspect(task: InspectTask, imports: readonly string[]): Promise<Inspection> {
  try {
    return await askPlugins(task, imports)
  } catch (error) {
    return { ...NOTHING_FOUND, problems: [problemOfLost(error, task.folder)] }
  }
}

function taskFor(folder: string): InspectTask {
  return { kind: 'inspect', folder, pattern: '', setupTimeoutMs: IMPORT_TIMEOUT_MS, sha256: null, uses: [] }
}

/** What a file names. */
interface Named {
  readonly builtIns: readonly { readonly use: PluginUse; readonly plugin: KnownBuiltIn }[]
  /** Those of modules. */
  readonly uses: readonly PluginUse[]
  /** Null where it has no folder. */
  readonly task: InspectTask | null
}

/** Null after an error, which was printed. */
async function readUses(file: string): Promise<Named | null> {
  const { config, failure, notices, secrets } = await readConfig(file, {
    environment: process.env,
    edition: null,
    keepsVerdict: true,
    knownNamespaces: knownNamespaces(order),
  })
  writeNotices(notices)
  if (config === null) {
    process.stderr.write(`ERROR parsing the configuration file:\t${textMasker(secrets)(failure ?? '')}\n`)
    return null
  }
  const builtIns: { use: PluginUse; plugin: KnownBuiltIn }[] = []
  const uses: PluginUse[] = []
  for (const use of collectUses(config)) {
    const plugin = findBuiltIn(use.kind, use.name, config.quirks)
    if (plugin === null) uses.push(use)
    else builtIns.push({ use, plugin })
  }
  const { plugin: folder } = config.service
  if (folder === null) {
    if (builtIns.length > 0) return { builtIns, uses, task: null }
    process.stderr.write(`[KO] ${file} has no folder of plugins\n`)
    return null
  }
  const { setupTimeoutMs, sha256 } = pluginSettings(config.extraConfig)
  const asked = uses.map(({ kind, name, options }) => ({ kind, name, options }))
  return { builtIns, uses, task: { kind: 'inspect', folder: folder.folder, pattern: folder.pattern, setupTimeoutMs, sha256, uses: asked } }
}

function placesOf({ name, file }: Inspection['plugins'][number], uses: readonly PluginUse[], { uses: readings }: Inspection): string[] {
  return placeTexts(uses.filter((_, index) => readings[index]?.plugin?.name === name && readings[index].plugin.file === file))
}

function placeTexts(uses: readonly PluginUse[]): string[] {
  return [...new Set(uses.map(({ place, kind }) => `${place} (${kind})`))]
}
