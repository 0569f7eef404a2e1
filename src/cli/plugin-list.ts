// Lists plugins as a table: what they are called, where they may stand, and who names them.

import { readConfig } from '../config/read-config.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { textMasker } from '../engine/secrets.ts'
import { order } from '../order.ts'
import { collectUses, type PluginUse } from '../plugins/check/uses.ts'
import type { Inspection, InspectTask } from '../plugins/modules/tasks.ts'
import { pluginSettings } from '../plugins/plugins-block.ts'
import { describeProblem, IMPORT_TIMEOUT_MS } from './check-modules.ts'
import { askPlugins, problemOfLost } from './plugin-tasks.ts'
import { writeNotices } from './read-file.ts'

export interface ListRequest {
  /** Null: the plugins of a folder. */
  readonly config: string | null
  readonly folder: string
  readonly imports: readonly string[]
}

const HEAD = ['NAME', 'KINDS', 'FILE', 'OPTIONS', 'PLACES'] as const

/** Prints the table on standard output, and gives the exit code. */
export async function listPlugins({ config, folder, imports }: ListRequest): Promise<number> {
  const uses = config === null ? [] : await readUses(config)
  if (uses === null) return 1
  const task = 'task' in uses ? uses.task : taskFor(folder)
  const inspection = await inspect(task, imports)
  for (const problem of inspection.problems) process.stderr.write(describeProblem(problem))
  const rows = inspection.plugins.map((plugin) => [
    plugin.name,
    plugin.kinds.join(', '),
    plugin.file,
    plugin.options === null ? 'any' : plugin.options.join(', ') || '-',
    placesOf(plugin, 'task' in uses ? uses.uses : [], inspection).join('; ') || '-',
  ])
  process.stdout.write(formatTable([HEAD, ...rows]))
  return inspection.problems.some(({ code }) => code === 'plugin-folder' || code === 'plugin-blocks') ? 1 : 0
}

async function inspect(task: InspectTask, imports: readonly string[]): Promise<Inspection> {
  try {
    return await askPlugins(task, imports)
  } catch (error) {
    return { plugins: [], problems: [problemOfLost(error, task.folder)], uses: [], files: new Map() }
  }
}

function taskFor(folder: string): InspectTask {
  return { kind: 'inspect', folder, pattern: '', setupTimeoutMs: IMPORT_TIMEOUT_MS, sha256: null, uses: [] }
}

interface Uses {
  readonly uses: readonly PluginUse[]
  readonly task: InspectTask
}

/** Null after an error, which was printed. */
async function readUses(file: string): Promise<Uses | null> {
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
  const { plugin } = config.service
  if (plugin === null) {
    process.stderr.write(`[KO] ${file} has no folder of plugins\n`)
    return null
  }
  const uses = collectUses(config)
  const { setupTimeoutMs, sha256 } = pluginSettings(config.extraConfig)
  const asked = uses.map(({ kind, name, options }) => ({ kind, name, options }))
  return { uses, task: { kind: 'inspect', folder: plugin.folder, pattern: plugin.pattern, setupTimeoutMs, sha256, uses: asked } }
}

function placesOf({ name, file }: Inspection['plugins'][number], uses: readonly PluginUse[], { uses: readings }: Inspection): string[] {
  const named = uses.filter((_, index) => readings[index]?.plugin?.name === name && readings[index].plugin.file === file)
  return [...new Set(named.map(({ place, kind }) => `${place} (${kind})`))]
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
