// Reads a configuration file for a command that shows something of it: nothing is refused but what cannot be read.

import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { checkBlocks } from '../engine/compile/check-blocks.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { routeBlock } from '../engine/routing/patterns/route-block.ts'
import { textMasker } from '../engine/secrets.ts'
import { order } from '../order.ts'
import type { Issue, Source } from '../schema/issue.ts'
import { printIssues } from '../schema/print-issues.ts'
import { hasColors } from './command.ts'
import { writeNotices } from './read-file.ts'
import { toldIssues } from './told-issues.ts'

export interface OpenedConfig {
  readonly config: GatewayConfig
  /** The file's value with the environment's overrides. */
  readonly raw: unknown
  readonly source: Source
  /** What the reader has found; what components say about their blocks is not among it. */
  readonly issues: readonly Issue[]
}

/**
 * The configuration of a file as `run` reads it, or null after the mistakes were printed. `edition` as `--edition` has it. For whoever
 * serves nothing, `showsRefused`: protections of the Enterprise edition that stop `run` are no reason to show nothing.
 */
export async function openConfig(file: string, edition: 'ce' | null = null, showsRefused = true): Promise<OpenedConfig | null> {
  const read = (as: 'ce' | null) => readConfig(file, { environment: process.env, edition: as, knownNamespaces: knownNamespaces(order) })
  const own = await read(edition)
  const reading = own.config === null && own.failure !== null && showsRefused && edition === null ? await read('ce') : own
  const { config, raw, source, issues } = reading
  writeNotices(own.notices)
  const unroutable = config === null ? [] : findUnroutable(config)
  if (config !== null && unroutable.length === 0) return { config, raw, source, issues }
  const failure = own.failure ?? `'${reading.name}': ${unroutable[0]?.message}`
  process.stderr.write(`ERROR parsing the configuration file:\t${textMasker(own.secrets)(failure)}\n\n`)
  const told = toldIssues([...own.issues, ...unroutable], config?.inherited ?? null, own.secrets)
  process.stderr.write(await printIssues(told, own.source, { hasColors: hasColors(process.stderr) }))
  return null
}

/** Endpoints whose route cannot be read: there is nothing that could be shown of them. */
function findUnroutable(config: GatewayConfig): Issue[] {
  return checkBlocks(config, [{ declaration: routeBlock, levels: ['endpoint'] }], { isStrict: false }).filter(
    ({ severity, path }) => severity === 'error' && path.includes(routeBlock.namespace),
  )
}
