// Which series there are: those of what was counted, and no others.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import { makeBackendRequest, makeBackendResponse, makeSite } from '../../../testing/index.ts'
import { MetricReader } from '../metric-reader.ts'
import { MetricStore } from '../metric-store.ts'
import { callLayer } from './call-layer.ts'
import { clientInstruments, INSTRUMENTS } from './instruments.ts'
import { NAMESPACE } from './options.ts'

test('a series is there when something was counted, and of an answer without a body the length is known', async () => {
  const { shared } = makeSite()
  const store = new MetricStore({ shared, name: NAMESPACE, instruments: INSTRUMENTS, nowMs: 0 })
  const metrics = { store, requests: clientInstruments('', false), hasRead: true, attributes: [], name: 'x' }
  const layer = callLayer({ steady: () => performance.now(), metrics, traces: null })
  const collect = () => new MetricReader(shared, NAMESPACE, INSTRUMENTS).collect()
  assert.deepEqual(collect(), [])
  const send = layer?.(() => Promise.resolve(makeBackendResponse('', { statusCode: 204 })))
  await send?.(makeBackendRequest('http://a:80', '/x'), Scope.root())
  const names = collect().map(({ instrument }) => instrument.name)
  assert.ok(names.includes('http.client.response.size') && names.includes('http.client.response.read.size'), names.join())
  assert.ok(!names.includes('http.client.response.no-content-length'))
  assert.ok(collect().every(({ attributes }) => !attributes.some(([key]) => key === 'error')))
})

test('the size of a request is what it announces, and an address of IPv6 stands without brackets', async () => {
  const { shared } = makeSite()
  const store = new MetricStore({ shared, name: NAMESPACE, instruments: INSTRUMENTS, nowMs: 0 })
  const metrics = { store, requests: clientInstruments('', false), hasRead: false, attributes: [], name: 'x' }
  const send = callLayer({ steady: () => performance.now(), metrics, traces: null })?.(() => Promise.resolve(makeBackendResponse('{}')))
  const request = makeBackendRequest('http://[::1]:80', '/x')
  const body = bodyOf(Buffer.from('hello'))
  await send?.({ ...request, method: 'POST', body }, Scope.root())
  await send?.({ ...request, method: 'PUT', body, headers: new HeaderMap(['Content-Length', '5']) }, Scope.root())
  const sizes = new MetricReader(shared, NAMESPACE, INSTRUMENTS)
    .collect()
    .filter(({ instrument }) => instrument.name === 'http.client.request.size')
    .map(({ attributes, values }) => {
      const known = new Map(attributes)
      return [known.get('http.request.method'), known.get('server.address'), values[0]]
    })
  assert.deepEqual(sizes, [
    ['POST', '::1', 0],
    ['PUT', '::1', 5],
  ])
})
