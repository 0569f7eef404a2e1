// Caches of keys: age, rotation, one download for many requests, unknown ids. With a clock and downloads made by hand.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jwk } from './jwk.ts'
import { TokenError } from '../token/jws.ts'
import { UrlKeyLoader } from './key-loader.ts'
import { FixedKeys, UncachedKeys } from './key-sources.ts'
import { FakeServer, gate, idOf, Machine, refusal, secretOf, setOf } from '../test-key-sources.ts'
import { FAILED_KEYS_BYTES, FailedKeys } from './failed-keys.ts'
import { SharedSlot } from '../../shared-slot.ts'

test('a cached key is at hand until it is too old', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  assert.equal(secretOf(await keys.get('a')), 'one')
  machine.server.keys = { a: 'two' }
  machine.nowMs += 9999
  assert.equal(secretOf(keys.peek('a') as Jwk), 'one')
  assert.ok(!(keys.get('a') instanceof Promise))
  machine.nowMs += 1
  assert.equal(keys.peek('a'), null)
  assert.equal(secretOf(await keys.get('a')), 'two')
  assert.equal(machine.server.downloads, 2)
})

test('a clock that was set back makes no key immortal', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  await keys.get('a')
  machine.nowMs -= 60_000
  assert.equal(keys.peek('a'), null)
})

test('many requests wait for one download', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  const held = gate()
  machine.server.gate = held.promise
  const found = Array.from({ length: 50 }, () => keys.get('a'))
  held.open()
  assert.equal(new Set(await Promise.all(found.map(async (key) => key))).size, 1)
  assert.equal(machine.server.downloads, 1)
})

test('a worker that starts later takes what is there, and downloads only what is too old', async () => {
  const machine = new Machine({ a: 'one' })
  await machine.worker().keys.fetchAhead()
  machine.server.keys = { a: 'two' }
  const later = machine.worker().keys
  await later.fetchAhead()
  assert.equal(machine.server.downloads, 1)
  assert.equal(secretOf(later.peek('a') as Jwk), 'one')
  machine.nowMs += 10_000
  const latest = machine.worker().keys
  await latest.fetchAhead()
  assert.equal(machine.server.downloads, 2)
  assert.equal(secretOf(latest.peek('a') as Jwk), 'two')
})

test('known keys are served while an unknown one is looked for; a new key counts at once', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  await keys.get('a')
  machine.server.keys = { b: 'two' }
  const held = gate()
  machine.server.gate = held.promise
  const unknown = keys.get('b')
  assert.equal(secretOf(keys.get('a') as Jwk), 'one')
  held.open()
  assert.equal(secretOf(await unknown), 'two')
  // compat: a key that was taken away lives on until it is too old
  assert.equal(secretOf(keys.get('a') as Jwk), 'one')
  machine.nowMs += 10_000
  assert.match(await refusal(() => keys.get('a')), /key "a" not found/)
})

test('a key server that is down or lies costs a refusal, and recovers', async () => {
  const machine = new Machine(new Error('connect ECONNREFUSED'))
  const { keys } = machine.worker()
  assert.match(await refusal(() => keys.get('a')), /ECONNREFUSED/)
  machine.server.keys = {}
  assert.match(await refusal(() => keys.get('a')), /no Keys have been found/)
  machine.server.keys = { a: 'one' }
  assert.equal(secretOf(await keys.get('a')), 'one')
})

test('unknown ids cause at most ten downloads a second after the first twenty', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  await keys.get('a')
  for (let i = 0; i < 100; i++) await refusal(() => keys.get(`x${i}`))
  assert.equal(machine.server.downloads, 20)
  machine.nowMs += 500
  for (let i = 0; i < 100; i++) await refusal(() => keys.get(`y${i}`))
  assert.equal(machine.server.downloads, 25)
  assert.equal(secretOf(keys.get('a') as Jwk), 'one')
})

test('with a cool-down an id that was not found is not looked for again', async () => {
  const machine = new Machine({ a: 'one' })
  const first = machine.worker(5000).keys
  const second = machine.worker(5000).keys
  await refusal(() => first.get('b'))
  assert.equal(machine.server.downloads, 1)
  machine.server.keys = { b: 'two' }
  machine.nowMs += 4999
  await refusal(() => first.get('b'))
  await refusal(() => second.get('b'))
  assert.equal(machine.server.downloads, 1)
  machine.nowMs += 1
  assert.equal(secretOf(await second.get('b')), 'two')
})

test('a download that was refused for being too often does not put a key into cool-down', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker(5000)
  for (let i = 0; i < 30; i++) await refusal(() => keys.get(`x${i}`))
  machine.server.keys = { late: 'two' }
  await refusal(() => keys.get('late'))
  machine.nowMs += 1000
  assert.equal(secretOf(await keys.get('late')), 'two')
})

test('the same bytes are the same keys after another download', async () => {
  const machine = new Machine({ a: 'one' })
  const { keys } = machine.worker()
  const before = await keys.get('a')
  machine.nowMs += 20_000
  assert.equal(await keys.get('a'), before)
  assert.equal(machine.server.downloads, 2)
})

test('of two keys with one id the last one wins', () => {
  const loader = new UrlKeyLoader(() => Promise.reject(new Error('unused')))
  const [first, last] = [...loader.read(setOf({ a: 'one' })), ...loader.read(setOf({ a: 'two' }))] as [Jwk, Jwk]
  assert.equal(new FixedKeys([first, last], idOf).get('a'), last)
})

test('without cache every request sees the set as it is', async () => {
  const server = new FakeServer({ a: 'one' })
  const keys = new UncachedKeys(new UrlKeyLoader(server.download), idOf, null, () => 0)
  const first = await keys.get('a')
  assert.equal(await keys.get('a'), first)
  server.keys = { b: 'two' }
  await refusal(() => keys.get('a'))
  assert.equal(secretOf(await keys.get('b')), 'two')
  assert.equal(server.downloads, 4)
})

test('without cache, too, requests at the same time share a download, and a cool-down holds', async () => {
  const server = new FakeServer({ a: 'one' })
  let nowMs = 0
  const failed = new FailedKeys(new SharedArrayBuffer(FAILED_KEYS_BYTES), 1000)
  const keys = new UncachedKeys(new UrlKeyLoader(server.download), idOf, failed, () => nowMs)
  await Promise.all([keys.get('a'), keys.get('a'), keys.get('a')])
  assert.equal(server.downloads, 1)
  await refusal(() => keys.get('x'))
  await refusal(() => keys.get('x'))
  assert.equal(server.downloads, 2)
  nowMs = 1000
  await refusal(() => keys.get('x'))
  assert.equal(server.downloads, 3)
})

test('keys that arrive late, and keys that never arrive', async () => {
  const [key] = new UrlKeyLoader(() => Promise.reject(new Error('unused'))).read(setOf({ a: 'one' }))
  const late = new FixedKeys(Promise.resolve([key as Jwk]), idOf)
  assert.equal(late.peek('a'), null)
  assert.equal(await late.get('a'), key)
  assert.equal(late.get('a'), key)
  const never = new FixedKeys(Promise.reject(new TokenError('the vault answered 403')), idOf)
  assert.equal(await refusal(() => never.get('a')), 'the vault answered 403')
})

test('shared memory: a set that is too large stays with its worker; versions grow by two', () => {
  const shared = new SharedSlot(new SharedArrayBuffer(64))
  assert.equal(shared.read(), null)
  assert.equal(shared.publish(Buffer.alloc(33), 1), false)
  assert.equal(shared.publish(Buffer.from('first'), 1), true)
  assert.equal(shared.publish(Buffer.from('2nd'), 2), true)
  const snapshot = shared.read()
  assert.deepEqual([snapshot?.version, snapshot?.storedAtMs, snapshot?.bytes.toString()], [4, 2, '2nd'])
})
