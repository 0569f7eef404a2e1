// Caches of keys in several workers: one download for all, unless there is nothing to be shared.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jwk } from './keys/jwk.ts'
import { UrlKeyLoader } from './keys/key-loader.ts'
import { UncachedKeys } from './keys/key-sources.ts'
import { gate, idOf, keepAlive, Machine, refusal, secretOf } from './test-key-sources.ts'
import { FailedKeys } from './keys/failed-keys.ts'
import { KEY_SET_BYTES } from './keys/shared-download.ts'
import { SharedSlot } from '../shared-slot.ts'

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

test('workers wait for the download of another one', async (context) => {
  const machine = new Machine({ a: 'one' })
  const [first, second] = [machine.worker().keys, machine.worker().keys]
  const held = gate()
  machine.server.gate = held.promise
  const found = [first.get('a'), second.get('a')]
  held.open()
  keepAlive(context)
  assert.deepEqual((await Promise.all(found.map(async (key) => key))).map(secretOf), ['one', 'one'])
  assert.equal(machine.server.downloads, 1)
})

test('a worker that waited for a set too large to be shared downloads it itself, and no good id is noted', async (context) => {
  const machine = new Machine({ a: 'one', large: 'x'.repeat(KEY_SET_BYTES) })
  const workers = [machine.worker(5000).keys, machine.worker(5000).keys, machine.worker(5000).keys]
  const held = gate()
  machine.server.gate = held.promise
  const found = workers.map((keys) => keys.get('a'))
  held.open()
  keepAlive(context)
  assert.deepEqual((await Promise.all(found.map(async (key) => key))).map(secretOf), ['one', 'one', 'one'])
  assert.equal(machine.server.downloads, 3)
  assert.deepEqual(
    workers.map((keys) => secretOf(keys.peek('a') as Jwk)),
    ['one', 'one', 'one'],
  )
})

test('a worker that waited for a download that failed tries itself', async (context) => {
  const machine = new Machine(new Error('connect ECONNREFUSED'))
  const [first, second] = [machine.worker(5000).keys, machine.worker(5000).keys]
  const held = gate()
  machine.server.gate = held.promise
  const failing = first.get('a')
  const waiting = second.get('a')
  machine.server.keys = { a: 'one' }
  held.open()
  keepAlive(context)
  assert.match(await refusal(() => failing), /ECONNREFUSED/)
  assert.equal(secretOf(await waiting), 'one')
})

test('a download that failed puts no id into cool-down, with and without a cache', async () => {
  const machine = new Machine(new Error('connect ECONNREFUSED'))
  const failed = new FailedKeys(machine.failedMemory, 5000)
  const uncached = new UncachedKeys(new UrlKeyLoader(machine.server.download), idOf, failed, () => machine.nowMs)
  for (const keys of [machine.worker(5000).keys, uncached]) {
    machine.server.keys = new Error('connect ECONNREFUSED')
    await refusal(() => keys.get('a'))
    machine.server.keys = { a: 'one' }
    assert.equal(secretOf(await keys.get('a')), 'one')
  }
})

test('a worker that died while downloading blocks nobody for longer than the limit', async () => {
  const machine = new Machine({ a: 'one' })
  assert.equal(new SharedSlot(machine.memory).tryBegin(machine.nowMs, 1000), true)
  machine.nowMs += 1001
  assert.equal(secretOf(await machine.worker().keys.get('a')), 'one')
})
