// What the life of an agent tells of its connection.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentSite, Site } from '../../engine/compile/component.ts'
import { telemetries } from '../../engine/ports.ts'
import { configOf, makeSite } from '../../testing/index.ts'
import { runAgent } from './run-agent.ts'

test('each change of the connection is told to whoever watches, by the broker and the agent', async () => {
  const config = configOf({
    async_agent: [{ name: 'orders', consumer: { topic: 't' }, backend: [{ host: ['http://b'], url_pattern: '/' }] }],
  })
  const agent = config.asyncAgents[0]
  assert.ok(agent !== undefined)
  const told: string[] = []
  const changed = Promise.withResolvers<void>()
  const facts = { agent, handle: () => Promise.resolve(), ping() {}, process: { commandLine: [], residentBytes: () => 0 } }
  const site: AgentSite & Site = { ...makeSite({ config }), ...facts }
  site.provide(telemetries, {
    connection: (name) => (isUp) => {
      told.push(`${name} ${isUp}`)
      if (!isUp) changed.resolve()
    },
  })
  const running = await runAgent(site, {
    driver: 'Test',
    broker: 'kafka:9092',
    subscribe: () =>
      Promise.resolve({ value: { pause: () => Promise.resolve() }, ended: Promise.resolve('gone'), close: () => Promise.resolve() }),
  })
  await changed.promise
  await running.stop()
  assert.deepEqual(told.slice(0, 2), ['kafka:9092 (agent orders) true', 'kafka:9092 (agent orders) false'])
})
