// Reads the configuration file for a command and says what is wrong with it.

import { readConfig } from '../config/read-config.ts'
import type { GatewayConfig } from '../config/types.ts'
import { knownNamespaces } from '../registry.ts'
import { printIssues } from '../schema/print-issues.ts'
import { UsageError } from './arguments.ts'

export const CONFIG_FLAGS = {
  config: { type: 'string', short: 'c' },
  debug: { type: 'boolean', short: 'd' },
  edition: { type: 'string' },
} as const

export interface FileRequest {
  readonly file: string
  readonly edition: string | undefined
  readonly debug?: boolean
  readonly port?: number
}

/** The configuration, or null after its errors were printed. Warnings are printed as well. */
export async function readFileFor(request: FileRequest): Promise<GatewayConfig | null> {
  const { file, edition, debug = false, port } = request
  if (edition !== undefined && edition !== 'ce')
    throw new UsageError(`unknown edition "${edition}"`, 'The only edition to choose is --edition=ce.')
  const result = await readConfig(file, {
    environment: process.env,
    edition: edition ?? null,
    knownNamespaces,
    debug,
    ...(port === undefined ? {} : { port }),
  })
  process.stderr.write(await printIssues(result.issues, result.source))
  return result.config
}
