// When keys of an issuer are fetched: for a first token, for an old set, once for an unknown key; and what stays when they cannot be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jwk } from '../keys/jwk.ts'
import { UrlKeyLoader } from '../keys/key-loader.ts'
import { KEY_SET_BYTES } from '../keys/shared-download.ts'
import { SharedSlot } from '../../shared-slot.ts'
import { FakeServer, gate, idOf, keepAlive, refusal, secretOf } from '../test-key-sources.ts'
import { IssuerKeys, MISS_BYTES } from './issuer-keys.ts'

const DOWN = new Error('connect ECONNREFUSED')

class Machine {
  nowMs = 1_000_000
  stale = 0
  readonly server: FakeServer
  readonly memory = new SharedArrayBuffer(KEY_SET_BYTES)
  readonly misses = new SharedArrayBuffer(MISS_BYTES)

  constructor(keys: FakeServer['keys']) {
    this.server = new FakeServer(keys)
  }

  worker(): IssuerKeys {
    return new IssuerKeys({
      loader: new UrlKeyLoader(this.server.download),
      idOf,
      shared: new SharedSlot(this.memory),
      misses: this.misses,
      clock: () => this.nowMs,
      maxAgeMs: 60_000,
      cooldownMs: 10_000,
      loadLimitMs: 1000,
      onStale: () => void this.stale++,
    })
  }
}

test('a rotated key is found on its first use, and the old one is gone with it', async () => {
  const machine = new Machine({ a: 'one' })
  const keys = machine.worker()
  assert.equal(secretOf(await keys.get('a')), 'one')
  machine.server.keys = { b: 'two' }
  assert.equal(secretOf(await keys.get('b')), 'two')
  assert.equal(keys.peek('a'), null)
  await refusal(() => keys.get('a'))
  assert.equal(machine.server.downloads, 2)
})

test('unknown keys cause one download in the cool-down, in all workers together', async () => {
  const machine = new Machine({ a: 'one' })
  const workers = [machine.worker(), machine.worker()] as const
  await workers[0].get('a')
  const ask = (): Promise<string[]> =>
    Promise.all(Array.from({ length: 40 }, (_none, id) => refusal(() => workers[id & 1]?.get(`x${id}`) as Promise<Jwk>)))
  await ask()
  assert.equal(machine.server.downloads, 2)
  machine.nowMs += 9_999
  await ask()
  assert.equal(machine.server.downloads, 2)
  machine.nowMs += 1
  machine.server.keys = { a: 'one', x: 'new' }
  assert.equal(secretOf(await workers[1].get('x')), 'new')
  assert.equal(secretOf(workers[0].peek('x') as Jwk), 'new')
  assert.equal(machine.server.downloads, 3)
})

test('many who come at once wait for one download', async (context) => {
  keepAlive(context)
  const machine = new Machine({ a: 'one' })
  const workers = [machine.worker(), machine.worker()] as const
  const held = gate()
  machine.server.gate = held.promise
  const found = Array.from({ length: 20 }, async (_none, id) => workers[id & 1]?.get('a'))
  held.open()
  assert.deepEqual(new Set((await Promise.all(found)).map((key) => secretOf(key as Jwk))), new Set(['one']))
  assert.equal(machine.server.downloads, 1)
})

test('an old set is fetched again; where that fails it stays, and is tried again after a while', async () => {
  const machine = new Machine({ a: 'one' })
  const keys = machine.worker()
  await keys.get('a')
  machine.nowMs += 60_000
  machine.server.keys = DOWN
  assert.equal(keys.peek('a'), null)
  const found = await Promise.all(['a', 'a'].map(async (id) => keys.get(id)))
  assert.deepEqual(found.map(secretOf), ['one', 'one'])
  assert.deepEqual([machine.server.downloads, machine.stale], [2, 1])
  machine.nowMs += 9_999
  assert.equal(secretOf(keys.peek('a') as Jwk), 'one')
  machine.nowMs += 1
  machine.server.keys = { a: 'two' }
  assert.equal(secretOf(await keys.get('a')), 'two')
})

test('a server without keys is asked once a second, and locks nobody out for longer', async () => {
  const machine = new Machine(DOWN)
  const keys = machine.worker()
  for (let i = 0; i < 3; i++) assert.match(await refusal(() => keys.get('a')), /ECONNREFUSED/)
  assert.equal(machine.server.downloads, 1)
  machine.nowMs += 1000
  machine.server.keys = { a: 'one' }
  assert.equal(secretOf(await keys.get('a')), 'one')
})

test('an empty set takes the place of no good one', async () => {
  const machine = new Machine({ a: 'one' })
  const keys = machine.worker()
  await keys.get('a')
  machine.server.keys = {}
  await refusal(() => keys.get('b'))
  assert.equal(secretOf(keys.peek('a') as Jwk), 'one')
  // The failed attempt counts for a second, not for the whole cool-down.
  machine.nowMs += 1000
  machine.server.keys = { b: 'two' }
  assert.equal(secretOf(await keys.get('b')), 'two')
})

test('a clock that was set back makes keys old', async () => {
  const machine = new Machine({ a: 'one' })
  const keys = machine.worker()
  await keys.get('a')
  machine.nowMs -= 5000
  assert.equal(keys.peek('a'), null)
  assert.equal(secretOf(await keys.get('a')), 'one')
})
