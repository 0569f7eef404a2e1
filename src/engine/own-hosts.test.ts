// Where the gateway's own credentials may go.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileOwnHosts } from './own-hosts.ts'
import type { BackendRequest } from './types.ts'

test('first requests, hosts of the backend and the host that was asked first; no other scheme, port or name', () => {
  const isOwn = compileOwnHosts(['http://user:pw@A.test:80/base', 'https://b.test:8443', 'discovered.test'])
  const ask = (origin: string, redirectedFrom?: string): boolean =>
    isOwn({ origin, ...(redirectedFrom === undefined ? {} : { redirectedFrom }) } as BackendRequest)
  assert.ok(ask('http://anything'))
  for (const origin of ['http://a.test', 'https://b.test:8443', 'http://10.0.0.7:81']) assert.ok(ask(origin, 'HTTP://10.0.0.7:81'), origin)
  for (const origin of ['https://a.test', 'http://a.test:81', 'https://b.test', 'http://x.a.test', 'http://10.0.0.7'])
    assert.ok(!ask(origin, 'http://10.0.0.7:81'), origin)
})
