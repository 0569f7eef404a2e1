// What views remember of hosts and paths that strangers choose: bounded in number and in length.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSharedMemory } from '../../../runtime/shared.ts'
import { MetricStore } from '../metric-store.ts'
import { Views, VIEWS } from './views.ts'

test('long paths and hosts are not kept', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  const store = new MetricStore({ shared: createSharedMemory(), name: 'x', instruments: VIEWS, nowMs: 1 })
  const views = new Views(store, { host: true, path: true, method: false, status: false })
  const heldBytes = (): number => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  const before = heldBytes()
  for (let i = 0; i < 100; i++) {
    const tagged = { host: Buffer.alloc(200_000, `h${i}.`).toString(), path: Buffer.alloc(200_000, `/${i}/`).toString(), method: 'GET' }
    views.started(tagged)
    views.answered(tagged, 200, 1, 0, 0)
    views.called(tagged, 200, 1, 0, 0)
  }
  assert.ok(heldBytes() - before < 10e6, 'a hundred requests of 400 kB')
})
