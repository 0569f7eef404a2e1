// What the tests of telemetry and logs share: a gateway of two workers before one backend, and requests that both serve.

import assert from 'node:assert/strict'
import { startBackend } from '../../src/testing/backend.ts'
import { type RunningCommand, runCommand } from '../../src/testing/process.ts'
import { request } from '../kit.ts'
import { eventually } from './agent-kit.ts'
import { answers } from './servers.ts'

const NOBODY = 'http://127.0.0.1:10'

export interface Served extends RunningCommand {
  /** So many requests of `/x` that are answered 200, each on a connection of its own. */
  ask(times: number): Promise<void>
  /** The same of `/fail`, which are answered 500 and logged: `[ENDPOINT: /fail] …`. */
  fail(times: number): Promise<void>
  /** How often the log has a text so far. */
  count(text: string): number
}

/** Serves `/x`, which a backend answers, and `/fail`, which nobody does, with these blocks of the service. */
export async function serveTwo(blocks: object, context: { after(close: () => Promise<void>): void }): Promise<Served> {
  const backend = await startBackend()
  const endpoints = [
    { endpoint: '/x', backend: [{ host: [backend.url], url_pattern: '/b' }] },
    { endpoint: '/fail', backend: [{ host: [NOBODY], url_pattern: '/b' }] },
  ]
  const env = { OTEL_BSP_SCHEDULE_DELAY: '200' }
  context.after(() => backend.close())
  const command = await runCommand({ endpoints, extra_config: blocks }, { args: ['--workers', '2'], env })
  context.after(async () => {
    if (command.child.exitCode === null) await command.stop()
  })
  // Its log may go elsewhere.
  await eventually(() => answers(command.port), 'it listens')
  async function repeat(times: number, path: string, status: number): Promise<void> {
    for (let i = 0; i < times; i++) assert.equal((await request(command.port, path)).status, status)
  }
  return {
    ...command,
    ask: (times) => repeat(times, '/x', 200),
    fail: (times) => repeat(times, '/fail', 500),
    count: (text) => command.output().split(text).length - 1,
  }
}
