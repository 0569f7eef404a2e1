// For tests of drivers: an agent of a process of its own whose broker is away.

import { ProcessParts } from '../../process-parts.ts'
import { createResourcePool } from '../../runtime/shared.ts'
import { configOf, makeLog, makeSite } from '../../testing/index.ts'

/** Runs an agent until it has told an error, and stops it. Gives all lines of its log. */
export async function runUntilError(agent: object): Promise<readonly string[]> {
  const config = configOf({ async_agent: [agent] })
  const log = makeLog()
  const parts = new ProcessParts({
    shared: makeSite().shared,
    pool: createResourcePool(),
    version: 'Version test',
    environment: {},
    print() {},
  })
  await parts.change(await parts.plan(config, log))
  while (!log.lines.some((line) => line.startsWith('ERROR'))) await new Promise((resolve) => setImmediate(resolve))
  await parts.stop()
  return log.lines
}

/** Those that are not for debugging. */
export function withoutDebug(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('DEBUG'))
}
