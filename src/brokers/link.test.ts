import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Link, type LinkInit, pause } from './link.ts'

interface Bench {
  readonly link: Link<number>
  /** `up`, `down: reason`. */
  readonly states: string[]
  /** Ends what is open. */
  end: (reason: string) => void
  /** Attempts so far. */
  attempts: number
  closed: number
}

/** `outcomes`: why each attempt fails; undefined where it succeeds. */
function bench(outcomes: readonly (string | undefined)[], init: Partial<LinkInit<number>> = {}): Bench {
  const states: string[] = []
  const own: Bench = { states, attempts: 0, closed: 0, end() {}, link: undefined as unknown as Link<number> }
  const link = new Link<number>({
    async open() {
      const reason = outcomes[own.attempts++]
      if (reason !== undefined) throw new Error(reason)
      const { promise, resolve } = Promise.withResolvers<string>()
      own.end = resolve
      return {
        value: own.attempts,
        ended: promise,
        close() {
          own.closed++
          resolve('closed')
          return Promise.resolve()
        },
      }
    },
    backOff: () => 1,
    maxRetries: Infinity,
    onState: (isUp, reason) => states.push(isUp ? 'up' : `down: ${reason}`),
    ...init,
  })
  return Object.assign(own, { link })
}

async function settled(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await setTimeout(1)
  assert.ok(condition())
}

test('what broke is opened again, and each change is told once', async () => {
  const own = bench([undefined, 'refused', 'refused', undefined])
  await own.link.attempted
  assert.deepEqual([own.link.value, own.link.state], [1, 'up'])
  own.end('reset')
  assert.equal(await own.link.whenUp(new AbortController().signal).then(() => own.link.value), own.link.value)
  await settled(() => own.attempts === 4 && own.link.value === 4)
  assert.deepEqual(own.states, ['up', 'down: reset', 'up'])
  await own.link.close()
  assert.deepEqual([own.closed, own.link.value], [1, null])
})

test('retries run out until somebody asks', async () => {
  let givenUp = 0
  const own = bench(['no', 'no', 'no', undefined], { maxRetries: 1, onGivenUp: () => givenUp++ })
  await settled(() => givenUp === 1)
  assert.equal(own.attempts, 2)
  assert.match(own.link.state, /^down since \d{4}-.*Z: no$/)
  own.link.wake()
  await settled(() => own.link.value !== null)
  assert.deepEqual([own.attempts, own.states], [4, ['down: no', 'up']])
  await own.link.close()
})

test('the waits grow until something has been open for a while', async () => {
  const waited: number[] = []
  const own = bench(['a', 'b', 'c', undefined], { backOff: (attempt) => (waited.push(attempt), 1) })
  await settled(() => own.link.value !== null)
  assert.deepEqual(waited, [0, 1, 2])
  await own.link.close()
})

test('an attempt that takes long and fails is no recovery', async (t) => {
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const waited: number[] = []
  const states: string[] = []
  let givenUp = 0
  const link = new Link<number>({
    open() {
      nowMs += 10_000
      return Promise.reject(new Error('silent'))
    },
    backOff: (attempt) => (waited.push(attempt), 1),
    maxRetries: 2,
    onState: (_isUp, reason) => states.push(reason),
    onGivenUp: () => givenUp++,
  })
  await settled(() => givenUp === 1)
  assert.deepEqual([waited, states], [[0, 1], ['silent']])
  await link.close()
})

test('the end interrupts every wait, and whoever waits hears of it', async () => {
  const own = bench(['no'], { backOff: () => 60_000 })
  await own.link.attempted
  const controller = new AbortController()
  const waiting = own.link.whenUp(controller.signal)
  await own.link.close()
  controller.abort()
  await assert.rejects(waiting, /not needed any more/)
  own.link.wake()
  assert.equal(own.attempts, 1)
  await pause(60_000, controller.signal)
})

test('whoever watches is told of each change, until it leaves', async () => {
  const { link, states, end } = await opened(bench([undefined, 'away', undefined]))
  const seen: boolean[] = []
  const leave = link.watch((isUp) => seen.push(isUp))
  end('lost')
  await settled(() => states.length === 3)
  assert.deepEqual(seen, [false, true])
  leave()
  await link.close()
  assert.deepEqual(seen, [false, true])
})

async function opened(own: Bench): Promise<Bench> {
  await settled(() => own.states.length === 1)
  return own
}
