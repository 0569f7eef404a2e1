// `krakend check`: reads a configuration and says whether it can be served.

import type { GatewayConfig } from '../config/types.ts'
import { readFlags } from './arguments.ts'
import { CONFIG_FLAGS, NO_FILE_TEXT, readFileFor } from './read-file.ts'

const FLAGS = { ...CONFIG_FLAGS, indent: { type: 'string', short: 'i' }, 'test-gin-routes': { type: 'boolean', short: 't' } } as const

export async function execute(args: readonly string[]): Promise<number> {
  const flags = readFlags('check', args, FLAGS)
  if (flags.config === undefined) {
    process.stderr.write(NO_FILE_TEXT)
    return 1
  }
  process.stderr.write(`Parsing configuration file: ${flags.config}\n`)
  const config = await readFileFor({
    file: flags.config,
    edition: flags.edition,
    refusesWrongBlocks: true,
    isStrict: flags.strict > 0,
    separator: '\t',
  })
  if (config === null) return 1
  if (flags.debug > 0) {
    const { describeConfig } = await import('./describe-config.ts')
    process.stderr.write(describeConfig(config, { level: flags.debug, indent: flags.indent ?? '\t' }))
  }
  const problem = flags['test-gin-routes'] > 0 ? await findRouteConflict(config) : null
  if (problem !== null) {
    process.stderr.write(`ERROR testing the configuration file:\t${problem}\n\n`)
    return 1
  }
  const isTerminal = process.stderr.isTTY
  process.stderr.write(isTerminal ? '\u001B[32;1mSyntax OK!\u001B[0m\n' : 'Syntax OK!\n')
  return 0
}

/** gin's word on routes that cannot live together, null when all can. */
async function findRouteConflict(config: GatewayConfig): Promise<string | null> {
  const [{ checkRoutes, planRoutes }, { ConfigError }] = await Promise.all([
    import('../engine/routing/plan.ts'),
    import('../engine/compile/component.ts'),
  ])
  try {
    checkRoutes(planRoutes(config))
    return null
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
