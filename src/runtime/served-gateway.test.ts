// A gateway that is given back when its last request has ended, however often somebody asks for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf } from '../testing/index.ts'
import { ServedGateway } from './served-gateway.ts'

test('it is given back once', async () => {
  let retired = 0
  const gateway = {
    config: configOf({}),
    handle: () => {},
    refused: () => {},
    call: () => Promise.reject(new Error('nobody calls')),
    files: new Set<string>(),
    retire: () => Promise.resolve(void retired++),
  }
  const served = new ServedGateway(gateway)
  await Promise.all([served.retire(), served.retire()])
  await served.retire()
  assert.equal(retired, 1)
})
