// What the tests of async agents share: a backend that remembers what it was sent, and an agent's configuration.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startBackend, type TestBackend } from '../../src/testing/backend.ts'
import { until } from '../../src/testing/until.ts'

export interface Recorder extends TestBackend {
  /** Bodies in the order in which they were answered with 200. */
  readonly handled: string[]
  /** Bodies in the order in which they came. */
  readonly seen: string[]
  /** What it does with a body before it answers; the status, 200 by default. */
  react: (body: string) => number | Promise<number>
}

export async function startRecorder(): Promise<Recorder> {
  const backend = await startBackend((request, response) => void answer(request, response))
  const recorder = Object.assign(backend, { handled: [] as string[], seen: [] as string[], react: (): number => 200 })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(request, 'end')
    const body = Buffer.concat(chunks).toString('latin1')
    recorder.seen.push(body)
    const status = await (recorder as Recorder).react(body)
    if (status === 200) recorder.handled.push(body)
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}')
  }
  return recorder
}

/** A configuration with one agent whose messages go to a backend. */
export function agentFile(backend: TestBackend, driver: Readonly<Record<string, unknown>>, agent: object = {}): object {
  const backends = [{ host: [backend.url], url_pattern: '/', method: 'POST' }]
  return { async_agent: [{ name: 'agent', consumer: { topic: '#' }, backend: backends, extra_config: driver, ...agent }], endpoints: [] }
}

/** Servers and their libraries take their time. */
export function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  return until(condition, what, 30_000)
}

export function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => String(from + i))
}
