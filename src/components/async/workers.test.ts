import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { type Message, Workers, type WorkersInit } from './workers.ts'

interface Bench {
  readonly workers: Workers
  /** Bodies that are being handled. */
  readonly begun: string[]
  /** What became of which message: `ack 1`. */
  readonly settled: string[]
  readonly failures: string[]
  /** Ends the handling of a body. */
  readonly finish: (body: string, error?: Error) => Promise<void>
  readonly push: (body: string, changes?: Partial<Message>) => void
}

function bench(init: Partial<WorkersInit> = {}): Bench {
  const begun: string[] = []
  const settled: string[] = []
  const failures: string[] = []
  const open = new Map<string, PromiseWithResolvers<void>>()
  const workers = new Workers({
    workers: 1,
    maxRate: Infinity,
    handle(body) {
      const one = Promise.withResolvers<void>()
      begun.push(String(body))
      open.set(String(body), one)
      return one.promise
    },
    onFailure: ({ message }) => failures.push(message),
    onUnsettled: (what, { message }) => failures.push(`${what}: ${message}`),
    ...init,
  })
  return {
    workers,
    begun,
    settled,
    failures,
    async finish(body, error) {
      const one = open.get(body)
      if (error === undefined) one?.resolve()
      else one?.reject(error)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    },
    push(body, changes = {}) {
      workers.push({
        body: Buffer.from(body),
        isRepeated: false,
        succeed: () => void settled.push(`ack ${body}`),
        fail: () => void settled.push(`nack ${body}`),
        ...changes,
      })
    },
  }
}

const BROKEN = new Error('broken')

test('so many at once as there are workers, in order, each settled when it has ended', async () => {
  const { push, begun, settled, finish, failures } = bench({ workers: 2 })
  for (const body of ['1', '2', '3']) push(body)
  assert.deepEqual(begun, ['1', '2'])
  await finish('2', BROKEN)
  assert.deepEqual([begun, settled, failures], [['1', '2', '3'], ['nack 2'], ['broken']])
  await finish('1')
  assert.deepEqual(settled, ['nack 2', 'ack 1'])
})

test('a message that fails again goes back after a second, and keeps no worker from the others', async () => {
  const { push, begun, settled, finish } = bench()
  mock.timers.enable({ apis: ['setTimeout'] })
  push('bad', { isRepeated: true })
  push('next')
  await finish('bad', BROKEN)
  assert.deepEqual([begun, settled], [['bad', 'next'], []])
  mock.timers.tick(1000)
  assert.deepEqual(settled, ['nack bad'])
  mock.timers.reset()
})

test('the end waits for what was begun, gives back what was held, and begins nothing more', async () => {
  const { workers, push, begun, settled, finish } = bench()
  push('held', { isRepeated: true })
  await finish('held', BROKEN)
  push('running')
  push('waiting')
  const stopped = workers.stop()
  push('late')
  await finish('running')
  await stopped
  assert.deepEqual(
    [begun, settled],
    [
      ['held', 'running'],
      ['nack held', 'ack running'],
    ],
  )
})

test('a broker that is gone forgets what no worker has begun, and cannot be told of the rest', async () => {
  const { workers, push, begun, failures, finish } = bench()
  push('running', {
    succeed() {
      throw new Error('channel closed')
    },
  })
  push('waiting')
  workers.forget()
  await finish('running')
  assert.deepEqual([begun, failures], [['running'], ['Ack: channel closed']])
  push('again')
  assert.deepEqual(begun, ['running', 'again'])
})

test('a rate lets a burst of one second pass and then one after the other, whatever the number of workers', async () => {
  let nowMs = 0
  mock.method(performance, 'now', () => nowMs)
  mock.timers.enable({ apis: ['setTimeout'] })
  const { push, begun } = bench({ workers: 10, maxRate: 2 })
  for (const body of ['1', '2', '3', '4', '5']) push(body)
  assert.equal(begun.length, 2)
  for (const expected of [3, 4, 5]) {
    nowMs += 500
    mock.timers.tick(500)
    assert.equal(begun.length, expected)
  }
  mock.timers.reset()
  mock.restoreAll()
})
