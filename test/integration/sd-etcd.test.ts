// `"sd": "etcd"` against a real etcd: hosts that come and go, a store that goes away.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { request, serve, startBackend, type TestBackend } from '../kit.ts'
import { eventually } from './agent-kit.ts'
import { lacks, startEtcd, type TestServer } from './servers.ts'

describe('sd: etcd', { skip: lacks('etcd', 'etcd-server'), timeout: 300_000 }, () => {
  let store: TestServer
  let backends: TestBackend[]

  const encode = (text: string): string => Buffer.from(text).toString('base64')

  async function call(path: string, body: object): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${store.port}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
    assert.equal(response.status, 200)
    await response.text()
  }

  const put = (key: string, value: string) => call('put', { key: encode(key), value: encode(value) })
  const remove = (key: string) => call('deleterange', { key: encode(key) })

  before(async () => {
    store = await startEtcd()
    const names = ['a', 'b']
    backends = await Promise.all(names.map((name) => startBackend((_request, response) => response.end(JSON.stringify({ name })))))
  })

  after(async () => {
    await Promise.all(backends.map((backend) => backend.close()))
    await store.remove()
  })

  test('hosts that come and go count at once, and a store that goes away changes nothing', async () => {
    const [a, b] = backends.map(({ url }) => url) as [string, string]
    await put('/services/x/1', a)
    await put('/services/y/1', 'http://127.0.0.1:1')
    const backend = { host: ['/services/x/'], sd: 'etcd', disable_host_sanitize: true, url_pattern: '/' }
    const gateway = await serve({
      extra_config: { '_gw/etcd': { machines: [`http://127.0.0.1:${store.port}`] }, router: { return_error_msg: true } },
      endpoints: [{ endpoint: '/x', backend: [backend] }],
    })
    const ask = async (): Promise<string> => (await request(gateway.port, '/x')).body
    /** Who answers, in eight requests. */
    const answering = async (): Promise<string> => [...new Set(await Promise.all(Array.from({ length: 8 }, ask)))].toSorted().join()
    assert.equal(await answering(), '{"name":"a"}')

    await put('/services/x/2', b)
    await eventually(async () => (await answering()) === '{"name":"a"},{"name":"b"}', 'the second host is asked')
    await remove('/services/x/1')
    await eventually(async () => (await answering()) === '{"name":"b"}', 'the first one is not')

    await store.stop()
    await eventually(() => gateway.lines.some((line) => line.includes('cannot be looked up')), 'the loss is told')
    assert.equal(await answering(), '{"name":"b"}')
    await store.start()
    await put('/services/x/1', a)
    await eventually(async () => (await answering()) === '{"name":"a"},{"name":"b"}', 'changes count again')
    assert.equal(gateway.lines.filter((line) => line.includes('cannot be looked up')).length, 1)
    assert.equal(gateway.lines.filter((line) => line.includes('is found again')).length, 1)

    await remove('/services/x/1')
    await remove('/services/x/2')
    await eventually(async () => (await ask()) === 'no hosts available', 'nobody is left')
    await gateway.stop()
  })
})
