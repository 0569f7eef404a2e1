// What every driver of async agents promises, whatever brings its messages: order, loss of the broker, death and end of the gateway.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { RunningCommand } from '../../src/testing/process.ts'
import type { AgentBench } from './agent-bench.ts'
import { eventually, numbers, startRecorder } from './agent-kit.ts'

/** A back-off that is none of the named ones, and a second. */
const RECONNECT_MS = 2000
/** Short enough for JetStream to give out again soon what a dead gateway had. */
const TIMEOUT = { timeout: '500ms' }
/** A megabyte of two-byte characters. */
const LARGE = 'é'.repeat(500_000)

/** Registers the cases in the suite that calls it. */
export function agentContract(bench: AgentBench): void {
  testDelivery(bench)
  testEnds(bench)
  testBroker(bench)
}

/** How often the gateway has said something. */
export function countLines(gateway: RunningCommand, text: string): number {
  return gateway.output().split(text).length - 1
}

async function untilAllHandled({ backend, source }: AgentBench, count: number): Promise<void> {
  await eventually(async () => new Set(backend.handled).size === count && (await source.countOpen()) === 0, `all ${count} are handled`)
}

function testDelivery(bench: AgentBench): void {
  test('10,000 messages arrive in order, each once', async () => {
    const { source, backend } = bench
    const sent = numbers(10_000)
    await source.publish(sent)
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length >= sent.length, 'all messages are handled')
    assert.deepEqual(backend.handled, sent)
    assert.equal(await gateway.stop(), 0)
    assert.equal(await source.countOpen(), 0)
  })

  test('what is no JSON, what has a megabyte and what is empty reaches the backend as it is', async () => {
    const { source, backend } = bench
    await source.publish(['no json \u0000', LARGE, ''])
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length === 3, 'all three are handled')
    const bodies = backend.handled.map((body) => Buffer.from(body, 'latin1').toString())
    assert.ok(bodies[1] === LARGE)
    assert.deepEqual([bodies[0], bodies[2]], ['no json \u0000', ''])
    assert.equal(await gateway.stop(), 0)
  })

  test('so many at once as there are workers, and a sign of life in the health check', async () => {
    const { source, backend } = bench
    let atOnce = 0
    let most = 0
    backend.react = async () => {
      most = Math.max(most, ++atOnce)
      await setTimeout(100)
      atOnce--
      return 200
    }
    await source.publish(numbers(20))
    const gateway = await bench.serve({}, { consumer: { workers: 5 } })
    await eventually(() => backend.handled.length === 20, 'all are handled')
    assert.equal(most, 5)
    const health = (await (await fetch(`${gateway.url}/__health`)).json()) as { agents: Record<string, string> }
    assert.match(health.agents['agent'] ?? '', /^\d{4}-\d\d-\d\d .* UTC m=\+/)
    assert.equal(await gateway.stop(), 0)
  })
}

function testEnds(bench: AgentBench): void {
  test('SIGTERM in the middle: what was begun is finished, nothing is handled twice or lost', async () => {
    const { source, backend } = bench
    backend.react = () => setTimeout(5).then(() => 200)
    await source.publish(numbers(400))
    const first = await bench.serve({}, { consumer: { workers: 3 } })
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    assert.equal(await first.stop(), 0)
    const before = backend.handled.length
    assert.ok(before < 400)
    assert.equal(await source.countOpen(), 400 - before)
    const second = await bench.serve()
    await eventually(() => backend.handled.length >= 400, 'the rest is handled')
    assert.equal(await second.stop(), 0)
    assert.deepEqual(backend.handled.toSorted(), numbers(400).toSorted())
  })

  test('SIGKILL in the middle: nothing is acknowledged before it was handled, and nothing is lost', async () => {
    const { source, backend, broker } = bench
    backend.react = () => setTimeout(1).then(() => 200)
    await source.publish(numbers(2000))
    const consumer = { workers: 3, ...TIMEOUT }
    const first = await bench.serve({}, { consumer })
    await eventually(() => backend.handled.length > 100, 'it is in the middle')
    first.child.kill('SIGKILL')
    assert.equal(await first.exited, 'SIGKILL')
    // What had reached the backend is answered meanwhile.
    await setTimeout(100)
    await source.untilLeft()
    const acknowledged = 2000 - (await source.countOpen())
    assert.ok(acknowledged <= backend.handled.length, `${acknowledged} of ${backend.handled.length}`)
    const second = await bench.serve({}, { consumer })
    await untilAllHandled(bench, 2000)
    assert.equal(await second.stop(), 0)
    assert.equal(await source.countOpen(), 0)
    assert.ok(backend.handled.length <= 2000 + broker.mostRepeated, `${backend.handled.length}`)
  })

  test('a reload with another backend loses nothing', async (context) => {
    const { source, backend, broker } = bench
    const other = await startRecorder()
    context.after(() => other.close())
    backend.react = () => setTimeout(2).then(() => 200)
    await source.publish(numbers(1000))
    const gateway = await bench.serve()
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    gateway.rewrite(bench.file({}, {}, other))
    gateway.child.kill('SIGHUP')
    await eventually(() => backend.handled.length + other.handled.length >= 1000, 'all are handled')
    assert.ok(other.handled.length > 0)
    const handled = [...backend.handled, ...other.handled]
    if (broker.keepsOrder) assert.deepEqual(handled, numbers(1000))
    else assert.deepEqual(handled.toSorted(), numbers(1000).toSorted())
    assert.equal(await gateway.stop(), 0)
  })
}

function testBroker(bench: AgentBench): void {
  test('a restart of the broker in the middle: told once, connected again in time, and all are handled in the end', async () => {
    const { source, backend, broker } = bench
    backend.react = () => setTimeout(2).then(() => 200)
    await source.publish(numbers(2000))
    const gateway = await bench.serve({}, { consumer: TIMEOUT })
    await eventually(() => backend.handled.length > 50, 'it is in the middle')
    await broker.server.stop('SIGTERM')
    await gateway.waitFor('Consumer stopped')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    await broker.server.start()
    const startMs = performance.now()
    await gateway.waitFor('Starting the consumer')
    const tookMs = performance.now() - startMs
    assert.ok(tookMs < RECONNECT_MS + broker.recoveryMs, `${tookMs} ms`)
    await broker.dial()
    await untilAllHandled(bench, 2000)
    assert.equal(await gateway.stop(), 0)
    // Once with the broker, and once with the gateway.
    const told = ['Starting the consumer', 'Consumer stopped: ', 'Consumer stopped'].map((words) => countLines(gateway, words))
    assert.deepEqual(told, [2, 1, 2])
  })

  test('a broker that is not there at the start is told once, and read when it comes', async () => {
    const { source, backend, broker } = bench
    await source.publish(['1'])
    await broker.server.stop('SIGTERM')
    const gateway = await bench.serve()
    await gateway.waitFor(`building the ${broker.name} subscriber: `)
    const health = (await (await fetch(`${gateway.url}/__health`)).json()) as { agents: object }
    assert.deepEqual(health.agents, {})
    await broker.server.start()
    await broker.dial()
    await eventually(() => backend.handled.length === 1, 'it is handled')
    assert.equal(await gateway.stop(), 0)
    assert.equal(countLines(gateway, `building the ${broker.name} subscriber: `), 1)
  })

  test('retries that run out are told, and the gateway serves on', async () => {
    const connection = { max_retries: 1, backoff_strategy: 'linear' }
    const gateway = await bench.serve(bench.broker.nowhere, { connection })
    await gateway.waitFor('too many retries')
    assert.equal((await fetch(`${gateway.url}/__health`)).status, 200)
    assert.equal(await gateway.stop(), 0)
  })
}
