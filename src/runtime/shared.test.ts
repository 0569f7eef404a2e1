// Memory by name and size, between threads too; resources that outlive a reload.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { until } from '../testing/until.ts'
import { serveMemory } from './memory-channel.ts'
import { send } from './messages.ts'
import { createResourcePool, createSharedMemory } from './shared.ts'
import { BackOff } from './back-off.ts'

test('the same name and size give the same memory, also after another size was asked for', () => {
  const memory = createSharedMemory()
  const first = memory.buffer('a', 8)
  assert.notEqual(memory.buffer('a', 16), first)
  assert.notEqual(memory.buffer('b', 8), first)
  assert.equal(memory.buffer('a', 8), first)
  assert.equal(memory.buffer('a', 16).byteLength, 16)
})

test('a thread gets the memory of the main thread at once, and hears when there is not enough', async () => {
  const memory = createSharedMemory()
  const end = serveMemory(memory)
  const program = `
    import { workerData, parentPort } from 'node:worker_threads'
    import { openMemory } from '${new URL('./memory-channel.ts', import.meta.url).href}'
    const memory = openMemory(workerData)
    let refusal = null
    try { memory.buffer('huge', 2 ** 53 - 1) } catch (error) { refusal = error.name }
    const words = new Int32Array(memory.buffer('words', 8))
    Atomics.add(words, 0, 5)
    parentPort.postMessage({ refusal, isCached: memory.buffer('words', 8) === words.buffer, other: memory.buffer('other', 4).byteLength })`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: end, transferList: [end.port] })
  const [message] = (await once(worker, 'message')) as [unknown]
  assert.deepEqual(message, { refusal: 'RangeError', isCached: true, other: 4 })
  assert.equal(new Int32Array(memory.buffer('words', 8))[0], 5)
  await worker.terminate()
})

test('what a thread has added to a tally goes with it, however it ends', async () => {
  const memory = createSharedMemory()
  const tally = memory.tally('places', 2)
  tally.add(1, 1)
  const end = serveMemory(memory)
  const program = `
    import { workerData, parentPort } from 'node:worker_threads'
    import { openMemory } from '${new URL('./memory-channel.ts', import.meta.url).href}'
    const memory = openMemory(workerData)
    memory.tally('places', 2).add(0, 3)
    memory.tally('places', 2).add(1, 2)
    parentPort.postMessage('added')
    parentPort.on('message', () => process.exit(1))`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: end, transferList: [end.port] })
  await once(worker, 'message')
  assert.deepEqual([tally.read(0), tally.read(1)], [3, 3])
  send(worker, {})
  await once(worker, 'exit')
  await until(() => tally.read(0) === 0, 'its counts are taken off')
  assert.equal(tally.read(1), 1)
})

test('a resource is disposed of when its last user has given it back', () => {
  const pool = createResourcePool()
  const disposed: string[] = []
  const share = (): object =>
    pool.share(
      'key',
      () => ({}),
      () => void disposed.push('key'),
    )
  const first = share()
  assert.equal(share(), first)
  pool.release('key')
  assert.deepEqual(disposed, [])
  pool.release('key')
  assert.deepEqual(disposed, ['key'])
  assert.notEqual(share(), first)
})

test('who dies again and again waits longer and longer, up to a second', () => {
  const backOff = new BackOff()
  assert.deepEqual(
    Array.from({ length: 6 }, () => backOff.next(10)),
    [100, 200, 400, 800, 1000, 1000],
  )
  assert.equal(backOff.next(60_000), 100)
  assert.equal(backOff.next(10), 200)
})

test('what is sent on a channel reaches all others of that name, and nobody else', async () => {
  const memory = createSharedMemory()
  const heard: unknown[] = []
  const told = Promise.withResolvers<void>()
  const listen = (who: string) => (message: unknown) => {
    heard.push([who, message])
    told.resolve()
  }
  const channels = [memory.channel('a', listen('sender')), memory.channel('a', listen('other')), memory.channel('b', listen('stranger'))]
  channels[0]?.send({ n: 1 })
  await told.promise
  assert.deepEqual(heard, [['other', { n: 1 }]])
  for (const channel of channels) channel.close()
})
