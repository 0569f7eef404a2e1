// What a cache does with the time and with those who wait: a clock that stands still until it is moved, and calls that end when they are told to.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { CANCELED } from '../../../engine/errors.ts'
import { Scope } from '../../../engine/scope.ts'
import { AnswerCache, type Asked, type CacheRules, type Fetched, type Keep } from './cache.ts'
import { makeBackend } from '../../../testing/index.ts'
import { agedNotes } from './keeping.ts'
import { CacheStore } from './store.ts'

const TTL_MS = 1000
const KEEP: Keep = { ttlMs: TTL_MS, bodyBytes: 5, otherBytes: 5, varies: [] }

function openCache(rules: Partial<CacheRules> = {}, limits = { maxItems: 10, maxBytes: 10_000 }) {
  const clock = { ms: 0 }
  const store = new CacheStore<string>(() => limits)
  const cache = new AnswerCache<string>(store, {
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
    coalesces: true,
    readMs: () => clock.ms,
    ...rules,
  })
  const calls: { scope: Scope; resolve: (fetched: Partial<Fetched<string>>) => void; reject: (error: Error) => void }[] = []
  const ask = (more: Partial<Asked<string>> = {}) => {
    const scope = more.scope ?? Scope.root()
    return cache.ask({
      key: 'k',
      headerOf: () => '',
      tags: () => ['t'],
      path: '/p',
      scope,
      fetch: (own) =>
        new Promise((resolve, reject) => {
          const whole = (given: Partial<Fetched<string>>): void =>
            resolve({ value: '', keep: KEEP, isFailure: false, isExclusive: false, ...given })
          calls.push({ scope: own, resolve: whole, reject })
        }),
      ...more,
    })
  }
  /** Asks, and lets the call end. */
  const fill = async (value: string, more: Partial<Asked<string>> = {}, fetched: Partial<Fetched<string>> = {}): Promise<string> => {
    const asking = ask(more)
    calls.at(-1)?.resolve({ value, ...fetched })
    const result = await asking
    return `${result.value} ${result.status}`
  }
  return { cache, clock, store, calls, ask, fill }
}

const show = ({ value, status }: { value: string; status: string }): string => `${value} ${status}`

test('fresh as long as its time lasts, then asked for anew', async () => {
  const { clock, ask, fill, calls } = openCache()
  assert.equal(await fill('a'), 'a fwd=miss; stored')
  clock.ms = TTL_MS - 1
  assert.deepEqual(await ask(), { value: 'a', status: 'hit; ttl=1', ageS: 0, isOwn: false })
  clock.ms = TTL_MS
  assert.equal(await fill('b'), 'b fwd=stale; stored')
  assert.equal(calls.length, 2)
})

test('a stale answer is given at once while one call refreshes it', async () => {
  const { clock, ask, calls } = openCache({ staleWhileRevalidateMs: 5000 })
  const first = ask()
  calls[0]?.resolve({ value: 'a' })
  await first
  clock.ms = 3000
  assert.deepEqual([show(await ask()), show(await ask())], ['a hit; ttl=-2', 'a hit; ttl=-2'])
  assert.equal(calls.length, 2)
  calls[1]?.resolve({ value: 'b' })
  await new Promise(setImmediate)
  assert.equal(show(await ask()), 'b hit; ttl=1')
})

test('an old answer is better than a failure, for a time', async () => {
  const { clock, ask, fill, calls } = openCache({ staleIfErrorMs: 5000 })
  await fill('a')
  clock.ms = 2000
  const asking = ask()
  calls.at(-1)?.reject(new Error('down'))
  assert.equal(show(await asking), 'a hit; detail=stale-if-error')
  assert.equal(await fill('bad', {}, { isFailure: true, keep: null }), 'a hit; detail=stale-if-error')
  clock.ms = 6001
  const late = ask()
  calls.at(-1)?.reject(new Error('down'))
  await assert.rejects(late, /down/)
})

test('equal misses wait for one call, and share its error', async () => {
  const { ask, calls } = openCache()
  const all = [ask(), ask(), ask({ key: 'other' })]
  assert.equal(calls.length, 2)
  calls[0]?.resolve({ value: 'a' })
  calls[1]?.resolve({ value: 'o' })
  const results = await Promise.all(all)
  assert.deepEqual(results.map(show), ['a fwd=miss; stored', 'a fwd=miss; collapsed', 'o fwd=miss; stored'])
  assert.deepEqual(
    results.map(({ isOwn }) => isOwn),
    [true, false, true],
  )
  const failing = openCache()
  const both = [failing.ask(), failing.ask()]
  failing.calls[0]?.reject(new Error('down'))
  for (const one of both) await assert.rejects(one, /down/)
  const apart = openCache({ coalesces: false })
  void apart.ask()
  void apart.ask()
  assert.equal(apart.calls.length, 2)
})

test('whoever leaves leaves alone; the call ends when nobody is left', async () => {
  const { ask, calls } = openCache()
  const [one, two] = [Scope.root(), Scope.root()]
  const leaving = ask({ scope: one })
  const staying = ask({ scope: two })
  one.end()
  await assert.rejects(leaving, CANCELED)
  assert.equal(calls[0]?.scope.ended, false)
  two.end()
  await assert.rejects(staying, CANCELED)
  assert.equal(calls[0]?.scope.reason, CANCELED)
})

test('a stream that only one can read is asked for by everybody', async () => {
  const { ask, calls } = openCache()
  const both = [ask(), ask()]
  calls[0]?.resolve({ value: 'mine', isExclusive: true, keep: null })
  await new Promise(setImmediate)
  calls[1]?.resolve({ value: 'own', isExclusive: true, keep: null })
  assert.deepEqual((await Promise.all(both)).map(show), ['mine fwd=miss', 'own fwd=miss'])
})

test('headers that the answer varies by tell entries apart', async () => {
  const { ask, fill } = openCache()
  const of = (language: string): Partial<Asked<string>> => ({ headerOf: () => language })
  await fill('deutsch', of('de'), { keep: { ...KEEP, varies: ['Accept-Language'] } })
  assert.equal(show(await ask(of('de'))), 'deutsch hit; ttl=1')
  assert.equal(await fill('english', of('en')), 'english fwd=miss; stored')
  assert.equal(show(await ask(of('de'))), 'deutsch hit; ttl=1')
})

test('what keys vary by has an eighth of the room at most, but for that of the newest', () => {
  const store = new CacheStore<number>(() => ({ maxItems: 1000, maxBytes: 800 }))
  const long = 'X'.repeat(60)
  for (const key of ['a', 'a', 'a', 'b']) store.setVaries(key, [key, long])
  assert.deepEqual([store.variesOf('a'), store.variesOf('b')], [[], ['b', long]])
  store.setVaries('c', [])
  assert.deepEqual(store.variesOf('b'), ['b', long])
  store.setVaries('d', [long, `${long}Y`])
  assert.deepEqual([store.variesOf('b'), store.variesOf('d')], [[], [long, `${long}Y`]])
})

test('a purge takes what has the tag or the path, and keeps what is under way from being stored', async () => {
  const { store, ask, fill, calls } = openCache()
  const selector = { tags: [], paths: [], isAll: false }
  await fill('a')
  await fill('b', { key: 'l', tags: () => ['u'], path: '/q' })
  assert.deepEqual([store.purge({ ...selector, tags: ['u'] }), store.purge({ ...selector, paths: ['/none'] }), store.size], [1, 0, 1])
  const running = ask({ key: 'm' })
  assert.equal(store.purge({ ...selector, isAll: true }), 1)
  calls.at(-1)?.resolve({ value: 'c' })
  assert.equal(show(await running), 'c fwd=miss')
  assert.equal(store.size, 0)
})

test('a body has an eighth of the room at most, whatever else the entry takes', async () => {
  const { ask, fill } = openCache({}, { maxItems: 10, maxBytes: 800 })
  assert.equal(await fill('a', {}, { keep: { ...KEEP, bodyBytes: 100, otherBytes: 500 } }), 'a fwd=miss; stored')
  assert.equal(await fill('b', { key: 'l' }, { keep: { ...KEEP, bodyBytes: 101 } }), 'b fwd=miss')
  assert.equal(await fill('c', { key: 'm' }, { keep: { ...KEEP, otherBytes: 801 } }), 'c fwd=miss')
  assert.equal(show(await ask()), 'a hit; ttl=1')
})

test('the store never holds more than it may, and what was used last stays longest', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: fc.nat(20), bytes: fc.integer({ min: 1, max: 1000 }) }), { maxLength: 60 }), (steps) => {
      const store = new CacheStore<number>(() => ({ maxItems: 5, maxBytes: 800 }))
      let sum = 0
      for (const [index, { key, bytes }] of steps.entries()) {
        store.set(String(key), { value: index, storedAtMs: 0, expiresAtMs: 1, bytes, tags: [], path: '' })
        sum = 0
        for (let at = 0; at <= 20; at++) sum += store.get(String(at))?.bytes ?? 0
        assert.ok(store.size <= 5 && sum <= 800)
        assert.equal(store.get(String(key))?.value, bytes > 800 ? undefined : index)
      }
    }),
  )
  const store = new CacheStore<number>(() => ({ maxItems: 2, maxBytes: 8000 }))
  const entry = { value: 1, storedAtMs: 0, expiresAtMs: 1, bytes: 1, tags: [], path: '' }
  store.set('a', entry)
  store.set('b', entry)
  store.get('a')
  store.set('c', entry)
  assert.deepEqual([store.get('a')?.value, store.get('b')], [1, undefined])
})

test('notes of an answer that was kept are as old as it', () => {
  const note = { backend: makeBackend(), isPrivate: false, setsCookie: false, varies: [] }
  const aged = agedNotes(
    [
      { ...note, freshMs: 5000 },
      { ...note, freshMs: 1000 },
      { ...note, freshMs: null },
    ],
    2,
  )
  assert.deepEqual(
    aged.map(({ freshMs }) => freshMs),
    [3000, 0, null],
  )
})
