// `_gw/reload` and `_gw/shutdown`, and certificates that are renewed: what is read from files follows them, and a stop is announced first.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, renameSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import tls from 'node:tls'
import { PEM } from '../http/tls/test-certificates.ts'
import { get, type RunningCommand, startCommand } from './test-support.ts'

const WATCH = { '_gw/reload': { watch: true } }
const SERVED = 'the new configuration is served'

const numbered = (number: number): object => ({
  extra_config: WATCH,
  endpoints: [
    {
      endpoint: '/n',
      backend: [{ host: ['http://127.0.0.1:28399'], url_pattern: '/' }],
      extra_config: { proxy: { static: { strategy: 'always', data: { number } } } },
    },
  ],
})

async function numberOf(gateway: RunningCommand): Promise<unknown> {
  return (JSON.parse((await get(`${gateway.url}/n`)).body) as { number: number }).number
}

async function healthOf(gateway: RunningCommand): Promise<{ status: string; details?: { reload: { reason: string } } }> {
  return JSON.parse((await get(`${gateway.url}/__health`)).body) as { status: string; details?: { reload: { reason: string } } }
}

for (const workers of ['1', '2']) {
  test(`${workers} worker(s): a file that changes is served, a broken one is not, and the health check tells of it`, async () => {
    const gateway = await startCommand(numbered(1), { args: ['--workers', workers] })
    await gateway.waitFor("a change of the configuration's files is a reload")
    gateway.rewrite(numbered(2))
    await gateway.waitFor(`${SERVED}: endpoints: 1 changed (GET /n); files: krakend.json`)
    assert.equal(await numberOf(gateway), 2)
    gateway.write('krakend.json', '{"version": 3,\n "endpoints": [,]}')
    await gateway.waitFor('the running configuration stays: the file has errors')
    assert.match(gateway.output(), /krakend\.json:2:\d+: error: [^\n]+\n[^\n]*\n? *2 \|/)
    const health = await healthOf(gateway)
    assert.equal(health.status, 'ok')
    assert.match(health.details?.reload.reason ?? '', /krakend\.json/)
    assert.equal(await numberOf(gateway), 2)
    gateway.write('next.json', readFileSync(gateway.file, 'utf8').replace('[,]', '[]'))
    renameSync(join(gateway.file, '../next.json'), gateway.file)
    await gateway.waitFor(SERVED)
    assert.equal('details' in (await healthOf(gateway)), false)
    assert.equal(await gateway.stop(), 0)
  })
}

test('a change while the gateway starts is served', async () => {
  const gateway = await startCommand(numbered(1))
  gateway.rewrite(numbered(2))
  await gateway.waitFor(SERVED)
  assert.equal(await numberOf(gateway), 2)
  assert.equal(await gateway.stop(), 0)
})

test('files that components read are watched as well', async () => {
  const script = (value: string): string => `function f(r) local h = response.load() h:headers("X-Lua", "${value}") end`
  const config = {
    extra_config: WATCH,
    endpoints: [
      {
        endpoint: '/n',
        backend: [{ host: ['http://127.0.0.1:28399'], url_pattern: '/' }],
        extra_config: { 'modifier/lua-proxy': { sources: ['lib/a.lua'], post: 'f()' } },
      },
    ],
  }
  const gateway = await startCommand(config, { files: { 'lib/a.lua': script('1') } })
  await gateway.waitFor("a change of the configuration's files is a reload")
  gateway.write('lib/a.lua', script('2'))
  await gateway.waitFor(`${SERVED}: nothing changed in the file; files: lib/a.lua`)
  assert.equal(await gateway.stop(), 0)
})

for (const workers of ['1', '2']) {
  test(`${workers} worker(s): new certificates are those of the next handshake, and old connections live on`, async () => {
    const gateway = await startCommand(
      { tls: { keys: [{ public_key: 'cert.pem', private_key: 'key.pem' }] }, endpoints: [] },
      { files: { 'cert.pem': PEM['a.pem'], 'key.pem': PEM['a.key'] }, args: ['--workers', workers] },
    )
    const open = async (): Promise<tls.TLSSocket> => {
      const socket = tls.connect({ port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      return socket
    }
    const nameOf = (socket: tls.TLSSocket): unknown => socket.getPeerCertificate().subject.CN
    const old = await open()
    assert.equal(nameOf(old), 'a.test')
    gateway.write('cert.pem', PEM['b.pem'])
    gateway.write('key.pem', PEM['b.key'])
    gateway.child.kill('SIGHUP')
    await gateway.waitFor(SERVED)
    for (let i = 0; i < 5; i++) {
      const socket = await open()
      assert.equal(nameOf(socket), 'b.test')
      socket.destroy()
    }
    old.write('GET /__health HTTP/1.1\r\nHost: a\r\n\r\n')
    const [chunk] = (await once(old, 'data')) as [Buffer]
    assert.match(chunk.toString(), /^HTTP\/1\.1 200 /)
    old.destroy()
    gateway.write('cert.pem', 'no certificate')
    gateway.child.kill('SIGHUP')
    await gateway.waitFor('the running configuration stays: ')
    const last = await open()
    assert.equal(nameOf(last), 'b.test')
    last.destroy()
    assert.equal(await gateway.stop(), 0)
  })
}

test('the port stays open for a while after SIGTERM, and every answer ends its connection', async () => {
  const gateway = await startCommand({ extra_config: { '_gw/shutdown': { delay: '1s' } }, endpoints: [] })
  const agent = new http.Agent({ keepAlive: true })
  const stopped = gateway.stop()
  await gateway.waitFor('the port stays open for 1 s more')
  const begun = performance.now()
  for (let i = 0; i < 5; i++) {
    const [response] = (await once(http.get(`${gateway.url}/__health`, { agent }), 'response')) as [http.IncomingMessage]
    assert.deepEqual([response.statusCode, response.headers.connection], [503, 'close'])
    response.resume()
    await once(response, 'end')
  }
  assert.ok(performance.now() - begun < 900)
  assert.equal(await stopped, 0)
  assert.ok(performance.now() - begun > 500)
})
