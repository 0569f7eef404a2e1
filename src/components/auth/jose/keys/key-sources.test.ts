// Caches of keys: age, rotation, one download for all, unknown ids, several workers. With a clock and downloads made by hand.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jwk } from './jwk.ts'
import { TokenError } from '../token/jws.ts'
import { UrlKeyLoader } from './key-loader.ts'
import { CachedKeys, FixedKeys, UncachedKeys } from './key-sources.ts'
import { FAILED_KEYS_BYTES, FailedKeys, KEY_SET_BYTES, SharedKeySet } from './shared-keys.ts'

const idOf = (jwk: Jwk): string => jwk.kid

function setOf(keys: Readonly<Record<string, string>>): Buffer {
  const list = Object.entries(keys).map(([kid, k]) => ({ kty: 'oct', kid, k: Buffer.from(k).toString('base64url') }))
  return Buffer.from(JSON.stringify({ keys: list }))
}

function secretOf(jwk: Jwk): string {
  return jwk.key.export().toString()
}

/** A key server: what it has now, how often it was asked, and a gate that holds its answers back. */
class FakeServer {
  keys: Readonly<Record<string, string>> | Error
  downloads = 0
  gate: Promise<void> = Promise.resolve()

  constructor(keys: Readonly<Record<string, string>> | Error) {
    this.keys = keys
  }

  readonly download = async (): Promise<Buffer> => {
    this.downloads++
    const { keys } = this
    await this.gate
    if (keys instanceof Error) throw keys
    return setOf(keys)
  }
}

interface Worker {
  readonly keys: CachedKeys
  readonly loader: UrlKeyLoader
}

class Machine {
  nowMs = 1_000_000
  readonly server: FakeServer
  readonly memory = new SharedArrayBuffer(KEY_SET_BYTES)
  readonly failedMemory = new SharedArrayBuffer(FAILED_KEYS_BYTES)

  constructor(keys: Readonly<Record<string, string>> | Error) {
    this.server = new FakeServer(keys)
  }

  worker(cooldownMs = 0): Worker {
    const loader = new UrlKeyLoader(this.server.download)
    const keys = new CachedKeys({
      loader,
      idOf,
      shared: new SharedKeySet(this.memory),
      failed: cooldownMs === 0 ? null : new FailedKeys(this.failedMemory, cooldownMs),
      clock: () => this.nowMs,
      maxAgeMs: 10_000,
      loadLimitMs: 1000,
    })
    return { keys, loader }
  }
}

function gate(): { promise: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: resolve }
}

async function refusal(found: () => Jwk | Promise<Jwk>): Promise<string> {
  try {
    await found()
  } catch (error) {
    assert.ok(error instanceof TokenError)
    return error.message
  }
  return assert.fail('a key was found')
}

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

test('what one worker downloads is there for the others, with its age', async () => {
  const machine = new Machine({ a: 'one' })
  const [first, second] = [machine.worker().keys, machine.worker().keys]
  await first.get('a')
  machine.nowMs += 6000
  assert.equal(secretOf(second.peek('a') as Jwk), 'one')
  machine.nowMs += 4000
  assert.equal(second.peek('a'), null)
  assert.equal(machine.server.downloads, 1)
})

test('a key that one worker finds rotated is rotated for all', async () => {
  const machine = new Machine({ a: 'one' })
  const [first, second] = [machine.worker().keys, machine.worker().keys]
  await first.get('a')
  assert.equal(secretOf(second.peek('a') as Jwk), 'one')
  machine.server.keys = { a: 'two', b: 'new' }
  await first.get('b')
  assert.equal(secretOf(second.peek('a') as Jwk), 'two')
})

test('workers wait for the download of another one', async () => {
  const machine = new Machine({ a: 'one' })
  const [first, second] = [machine.worker().keys, machine.worker().keys]
  const held = gate()
  machine.server.gate = held.promise
  const found = [first.get('a'), second.get('a')]
  held.open()
  const alive = setInterval(() => {}, 1000)
  assert.deepEqual((await Promise.all(found.map(async (key) => key))).map(secretOf), ['one', 'one'])
  clearInterval(alive)
  assert.equal(machine.server.downloads, 1)
})

test('a worker that died while downloading blocks nobody for longer than the limit', async () => {
  const machine = new Machine({ a: 'one' })
  assert.equal(new SharedKeySet(machine.memory).tryBegin(machine.nowMs, 1000), true)
  machine.nowMs += 1001
  assert.equal(secretOf(await machine.worker().keys.get('a')), 'one')
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
  const shared = new SharedKeySet(new SharedArrayBuffer(64))
  assert.equal(shared.read(), null)
  assert.equal(shared.publish(Buffer.alloc(33), 1), false)
  assert.equal(shared.publish(Buffer.from('first'), 1), true)
  assert.equal(shared.publish(Buffer.from('2nd'), 2), true)
  const snapshot = shared.read()
  assert.deepEqual([snapshot?.version, snapshot?.storedAtMs, snapshot?.bytes.toString()], [4, 2, '2nd'])
})
