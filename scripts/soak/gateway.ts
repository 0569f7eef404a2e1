// The gateway as the soak runs it: built, as users have it, without a line for each request.

import { join } from 'node:path'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { ROOT } from '../tools.ts'

export interface Served {
  readonly endpoints: readonly object[]
  /** Of the service. */
  readonly extra_config?: Readonly<Record<string, unknown>>
  readonly timeout?: string
  readonly read_header_timeout?: string
}

/** `workers` for `--workers`. Resolves when it listens. */
export function startBuilt(served: Served, workers: number | string, nodeOptions = ''): Promise<RunningCommand> {
  const command = [process.execPath, join(ROOT, 'dist/cli/bin.js')]
  return startCommand(fileOf(served), { args: ['--workers', String(workers)], command, nodeOptions })
}

/** Another configuration for it. */
export async function reloadWith(gateway: RunningCommand, served: Served): Promise<void> {
  gateway.rewrite(fileOf(served))
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('the new configuration is served')
}

function fileOf(served: Served): object {
  return { ...served, extra_config: { router: { disable_access_log: true }, ...served.extra_config } }
}
