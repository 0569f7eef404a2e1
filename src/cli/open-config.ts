// Reads a configuration file for a command that shows something of it: nothing is refused but what cannot be read.

import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { order } from '../order.ts'
import type { Issue, Source } from '../schema/issue.ts'
import { printIssues } from '../schema/print-issues.ts'
import { hasColors } from './command.ts'
import { writeNotices } from './read-file.ts'

export interface OpenedConfig {
  readonly config: GatewayConfig
  /** The file's value with the environment's overrides. */
  readonly raw: unknown
  readonly source: Source
  /** What the reader has found; what components say about their blocks is not among it. */
  readonly issues: readonly Issue[]
}

/**
 * The configuration of a file, or null after the mistakes were printed. `edition` as `--edition` has it; with `ce` protections of
 * the Enterprise edition are no reason to refuse, for whoever serves nothing.
 */
export async function openConfig(file: string, edition: 'ce' | null = 'ce'): Promise<OpenedConfig | null> {
  const { config, failure, issues, notices, raw, source } = await readConfig(file, {
    environment: process.env,
    edition,
    knownNamespaces: knownNamespaces(order),
  })
  writeNotices(notices)
  if (config !== null) return { config, raw, source, issues }
  process.stderr.write(`ERROR parsing the configuration file:\t${failure ?? ''}\n\n`)
  process.stderr.write(await printIssues(issues, source, { hasColors: hasColors(process.stderr) }))
  return null
}
