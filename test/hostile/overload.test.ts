// A heap of 128 MB, backends that hang, and far more clients than it can hold: most are refused at once, the health check answers, the process lives.

import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { startSocketBackend } from '../../src/testing/backend.ts'
import { startCommand } from '../../src/testing/process.ts'
import { endpoint } from '../kit.ts'

const CLIENTS = 400
const WAVES = 4
const BODY = 'x'.repeat(30_000)

interface Outcome {
  readonly status: number
  readonly ms: number
}

function ask(url: string, method: string, body: string, agent: http.Agent | false): Promise<Outcome> {
  return new Promise((resolve) => {
    const begun = performance.now()
    const end = (status: number): void => resolve({ status, ms: performance.now() - begun })
    const request = http.request(url, { method, agent, timeout: 60_000, headers: { 'Content-Type': 'application/json' } }, (response) => {
      response.resume().on('end', () => end(response.statusCode ?? 0))
    })
    request.on('error', () => end(0)).on('timeout', () => request.destroy())
    request.end(body)
  })
}

test('hanging backends and a heap of 128 MB: sheds, answers its health check and does not die', async (context) => {
  const backend = await startSocketBackend((socket) => void socket.resume())
  context.after(() => backend.close())
  const limits = { max_memory_share: 0.8, max_event_loop_delay: '500ms', max_in_flight: 200 }
  const hanging = endpoint('/hang', backend.url, { method: 'POST', timeout: '3s' })
  const gateway = await startCommand(
    { extra_config: { '_gw/overload': limits, router: { disable_access_log: true } }, endpoints: [hanging] },
    { nodeOptions: '--max-old-space-size=128' },
  )
  const waves: Promise<Outcome>[] = []
  const probes: Outcome[] = []
  for (let wave = 0; wave < WAVES; wave++) {
    for (let i = 0; i < CLIENTS; i++) waves.push(ask(`${gateway.url}/hang`, 'POST', JSON.stringify({ wave, i, text: BODY }), false))
    probes.push(await ask(`${gateway.url}/__health`, 'GET', '', false))
  }
  const outcomes = await Promise.all(waves)
  const shed = outcomes.filter(({ status }) => status === 503)
  assert.ok(shed.length > 500, `${shed.length} were refused`)
  assert.deepEqual(new Set(probes.map(({ status }) => status)), new Set([200]))
  assert.equal((await ask(`${gateway.url}/__health`, 'GET', '', false)).status, 200)
  assert.match(gateway.output(), /\[Overload\] \d+ requests? refused: /)
  context.diagnostic(
    `${shed.length} of ${outcomes.length} refused; slowest probe ${Math.round(Math.max(...probes.map(({ ms }) => ms)))} ms`,
  )
  assert.equal(await gateway.stop(), 0)
})
