// What the tests of telemetry and logs share: a gateway of two workers before one backend, and requests that both serve.

import assert from 'node:assert/strict'
import { startBackend } from '../../src/testing/backend.ts'
import { type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { request } from '../kit.ts'

export interface Served extends RunningCommand {
  /** So many requests of `/x` that are answered 200, each on a connection of its own. */
  ask(times: number): Promise<void>
  /** How often the log has a text so far. */
  count(text: string): number
}

/** Serves `/x`, which a backend answers, with these blocks of the service. */
export async function serveTwo(blocks: object, context: { after(close: () => Promise<void>): void }): Promise<Served> {
  const backend = await startBackend()
  const endpoints = [{ endpoint: '/x', backend: [{ host: [backend.url], url_pattern: '/b' }] }]
  const env = { OTEL_BSP_SCHEDULE_DELAY: '200' }
  const command = await startCommand({ endpoints, extra_config: blocks }, { args: ['--workers', '2'], env })
  context.after(async () => {
    if (command.child.exitCode === null) await command.stop()
    await backend.close()
  })
  return {
    ...command,
    async ask(times) {
      for (let i = 0; i < times; i++) assert.equal((await request(command.port, '/x')).status, 200)
    },
    count: (text) => command.output().split(text).length - 1,
  }
}
