// Parts of the process: who starts, goes on, is replaced and stopped when configurations follow each other.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AgentConfig } from './config/types.ts'
import { ConfigError, driver, service, supervise } from './engine/compile/component.ts'
import { lazy, type Order } from './engine/compile/order.ts'
import { order as ownOrder } from './order.ts'
import { ProcessParts } from './process-parts.ts'
import { createResourcePool } from './runtime/shared.ts'
import { Type } from './schema/type.ts'
import { configOf, makeBackend, makeConfig, makeLog, makeSite } from './testing/index.ts'

type Blocks = Readonly<Record<string, unknown>>

const options = Type.Object({
  name: Type.String({ default: '' }),
  file: Type.String({ default: '' }),
  fault: Type.String({ default: '' }),
})

interface Bench {
  readonly parts: ProcessParts
  /** What happened since the last look. */
  readonly events: () => string[]
  readonly lines: string[]
  readonly change: (blocks: Blocks) => Promise<void>
}

/** Two kinds of parts, `a` and `b`; the block of `b` is read by a service as well. */
function bench(): Bench {
  const happened: string[] = []
  const partOf = (namespace: string) =>
    supervise({
      namespace,
      options,
      reading: 'struct',
      extras: { namespace: `_gw/${namespace}`, options: Type.Object({}), whenInvalid: 'stop' },
      start({ name, file, fault }, site) {
        if (fault === 'config') throw new ConfigError(`${name} cannot be`)
        if (fault === 'bug') throw new TypeError('oops')
        if (fault === 'off') return null
        const text = file === '' ? name : `${name} ${site.read(file).toString()}`
        happened.push(`start ${text}`)
        site.log.info(`${name} starts`)
        return {
          stop() {
            happened.push(`stop ${text}`)
            site.log.info(`${name} stops`)
            if (fault === 'stop') throw new Error('stuck')
          },
        }
      },
    })
  const [a, b] = [partOf('a'), partOf('b')]
  const order: Order = {
    ...ownOrder,
    process: [lazy('a', () => Promise.resolve(a), '_gw/a'), lazy('b', () => Promise.resolve(b))],
    services: [lazy('b', () => Promise.resolve(service({ namespace: 'b', options, reading: 'struct', build() {} })))],
  }
  const log = makeLog()
  const parts = new ProcessParts({
    shared: makeSite().shared,
    pool: createResourcePool(),
    version: 'Version test',
    environment: {},
    print() {},
    order,
  })
  return {
    parts,
    lines: log.lines,
    events: () => happened.splice(0),
    async change(blocks) {
      const config = makeConfig({ extraConfig: new Map(Object.entries(blocks)) })
      await parts.change(await parts.plan(config, log))
    },
  }
}

test('a part goes on while its block says the same; others are stopped before what is new starts', async () => {
  const { parts, change, events } = bench()
  await change({ a: { name: 'one' }, b: { name: 'two' } })
  assert.deepEqual(events(), ['start one', 'start two'])
  await change({ b: { name: 'two' }, a: { name: 'one' }, other: 1 })
  assert.deepEqual(events(), [])
  await change({ a: { name: 'three' }, b: { name: 'two' } })
  assert.deepEqual(events(), ['stop one', 'start three'])
  await change({ b: { name: 'two' } })
  assert.deepEqual(events(), ['stop three'])
  await parts.stop()
  assert.deepEqual(events(), ['stop two'])
})

test('its extras and the files that it reads belong to its block', async () => {
  const { change, events } = bench()
  const folder = mkdtempSync(join(tmpdir(), 'krakend-parts-'))
  const file = join(folder, 'f')
  writeFileSync(file, '1')
  await change({ a: { name: 'one', file } })
  await change({ a: { name: 'one', file }, '_gw/a': {} })
  assert.deepEqual(events(), ['start one 1', 'stop one 1', 'start one 1'])
  writeFileSync(file, '2')
  await change({ a: { name: 'one', file }, '_gw/a': {} })
  assert.deepEqual(events(), ['stop one 1', 'start one 2'])
  rmSync(folder, { recursive: true })
  await assert.rejects(change({ '_gw/a': {} }), ConfigError)
})

test('a part that fails is logged, the others start, and the next change tries it again', async () => {
  const { change, events, lines } = bench()
  await change({ a: { name: 'one', fault: 'bug' }, b: { name: 'two' } })
  assert.deepEqual(events(), ['start two'])
  assert.equal(lines[0], 'ERROR [SERVICE: Gin][a] could not be started, the gateway serves without it: TypeError: oops')
  await change({ a: { name: 'one' }, b: { name: 'two' } })
  assert.deepEqual(events(), ['start one'])
})

test('a ConfigError reaches the caller after the others have started', async () => {
  const { change, events } = bench()
  await assert.rejects(change({ a: { name: 'one', fault: 'config' }, b: { name: 'two' } }), new ConfigError('one cannot be'))
  assert.deepEqual(events(), ['start two'])
})

test('a part that is off does not run, and a wrong block is told once', async () => {
  const { change, events, lines } = bench()
  await change({ a: { fault: 'off' }, b: { name: 5 } })
  assert.deepEqual(events(), [])
  assert.deepEqual(lines, [])
  await change({ a: { name: 5 } })
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /^ERROR \[SERVICE: Gin\]\[a\] /)
})

test('the end stops everything, whatever goes wrong, and nothing starts afterwards', async () => {
  const { parts, change, events, lines } = bench()
  await change({ a: { name: 'one', fault: 'stop' }, b: { name: 'two' } })
  events()
  await parts.stop()
  assert.deepEqual(events(), ['stop one', 'stop two'])
  assert.ok(lines.some((line) => line.startsWith('ERROR [SERVICE: Gin][a] could not be stopped: Error: stuck')))
  await change({ a: { name: 'three' } })
  assert.deepEqual(events(), [])
})

test('an agent is a part of its own: it goes on while nothing that its pipe is made of has changed', async () => {
  const events: string[] = []
  const line = driver({
    namespace: 'async/line',
    options: Type.Object({ line: Type.String({ default: '' }) }),
    start({ line: name }, { agent, handle }) {
      events.push(`start ${agent.name} ${name}`)
      assert.equal(typeof handle, 'function')
      return { stopWithinMs: 5000, stop: () => void events.push(`stop ${agent.name}`) }
    },
  })
  const order: Order = { ...ownOrder, drivers: [lazy('async/line', () => Promise.resolve(line))] }
  const parts = new ProcessParts({
    shared: makeSite().shared,
    pool: createResourcePool(),
    version: 'Version test',
    environment: {},
    print() {},
    order,
  })
  const agent = (name: string, lineName: string, backends = [makeBackend()]): AgentConfig => ({
    ...AGENT,
    name,
    backends,
    extraConfig: new Map([['async/line', { line: lineName }]]),
  })
  const log = makeLog()
  const change = async (...asyncAgents: AgentConfig[]): Promise<string[]> => {
    await parts.change(await parts.plan(makeConfig({ asyncAgents }), log))
    return events.splice(0).toSorted().reverse()
  }
  assert.deepEqual(await change(agent('a', '1'), agent('b', '2')), ['start b 2', 'start a 1'])
  assert.deepEqual(await change(agent('a', '1'), agent('b', '2')), [])
  assert.deepEqual(await change(agent('a', '1'), agent('b', '3')), ['stop b', 'start b 3'])
  const moved = [makeBackend({ urlPattern: '/elsewhere' })]
  assert.deepEqual(await change(agent('a', '1', moved), agent('b', '3')), ['stop a', 'start a 1'])
  assert.deepEqual(await change(agent('a', '1', []), agent('none', ''), { ...AGENT, name: 'idle' }), ['stop b', 'stop a', 'start none '])
  assert.match(log.lines.join(), /ERROR \[SERVICE: Gin\]\[async\/line\] is not started: all endpoints must have at least one backend/)
  // Calls over HTTP say what is missing, and are made without it; so do those of an agent.
  const withTls = configOf({ endpoints: [], client_tls: { ca_certs: ['/nonexistent/ca.pem'] } })
  const config = makeConfig({ asyncAgents: [agent('none', '')], transport: withTls.transport })
  for (const _turn of [1, 2]) await parts.change(await parts.plan(config, log))
  assert.deepEqual(events.splice(0), ['stop none', 'start none '])
  await parts.stop()
  assert.deepEqual(events, ['stop none'])
})

const AGENT: AgentConfig = {
  at: ['async_agent', 0],
  name: 'a',
  maxRetries: Infinity,
  backoffStrategy: '',
  healthIntervalMs: 1000,
  timeoutMs: 2000,
  workers: 1,
  topic: '',
  maxRate: Infinity,
  encoding: '',
  backends: [],
  extraConfig: new Map(),
}
