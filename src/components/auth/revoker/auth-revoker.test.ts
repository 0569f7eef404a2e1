// What `auth/revoker` promises: tokens refused by revoked claims, ports that open and close, other machines told.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Running, Site } from '../../../engine/compile/component.ts'
import { ConfigError } from '../../../engine/compile/component.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import { buildServices } from '../../../engine/compile/layers.ts'
import { tokenRejecters } from '../../../engine/ports.ts'
import type { EndpointConfig } from '../../../config/types.ts'
import { checkExtras, checkOptions, makeSite } from '../../../testing/index.ts'
import { until } from '../../../testing/until.ts'
import { authRevoker, revokerDoors } from './index.ts'
import type { Extras } from './options.ts'
import { encodeCommand } from './resp.ts'

const OPTIONS = { N: 1000, P: 0.0001, hash_name: 'optimal', TTL: 60, port: 0, token_keys: ['jti', 'sub'] }

interface Fake {
  readonly site: Site
  readonly lines: readonly string[]
  readonly rejects: (claims: Record<string, unknown>) => boolean
  /** Waits for a log line and gives the first group. */
  logged(pattern: RegExp): Promise<string>
  /** Opens the doors, as the process does once. */
  start(options?: object, extras?: Extras | null): Promise<void>
  stop(): Promise<void>
}

function fakeSite(memory = makeSite().shared, block: unknown = OPTIONS): Fake {
  const site = makeSite({ shared: memory }, { service: { 'auth/revoker': block } })
  const { lines } = site
  let running: Running | null = null
  return {
    site,
    async start(options = {}, extras = null) {
      const given = { ...OPTIONS, ...options }
      void authRevoker.build(given, site, extras)
      running = await revokerDoors.start(given, site, extras)
    },
    async stop() {
      await running?.stop()
    },
    lines,
    rejects: (claims) => site.ask(tokenRejecters)[0]?.({} as EndpointConfig)?.(claims) ?? false,
    async logged(pattern) {
      for (let i = 0; i < 500; i++) {
        const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null)
        if (found) return found[1] ?? ''
        await wait(5)
      }
      throw new Error(`no line ${pattern} in ${lines.join('\n')}`)
    },
  }
}

async function openWithManagement(): Promise<
  Fake & { port: number; ask(method: string, path: string, body?: unknown, token?: string): Promise<Response> }
> {
  const fake = fakeSite()
  await fake.start({}, { management: { port: 0, listen_ip: '127.0.0.1', token: 's3cret' } })
  const port = Number(await fake.logged(/Management API listening on 127\.0\.0\.1:(\d+)/))
  const ask = (method: string, path: string, body?: unknown, token = 's3cret'): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, Connection: 'close' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return { ...fake, port, ask }
}

test('parameters that no filter can be made of stop the start', () => {
  const { site } = fakeSite()
  const wrong = [{ hash_name: 'md5' }, { N: 0 }, { P: 0 }, { P: 1 }, { TTL: 0 }]
  for (const change of wrong)
    assert.throws(() => authRevoker.build({ ...OPTIONS, ...change }, site, null), ConfigError, JSON.stringify(change))
})

test('a section that cannot be read leaves the gateway without revocation, in the words of KrakenD', () => {
  const { site, lines } = fakeSite(undefined, { ...OPTIONS, N: 'many' })
  buildServices([authRevoker], site.config.extraConfig, site)
  const [line = ''] = lines
  assert.match(line, /^ERROR \[SERVICE: Bloomfilter\] Unable to parse the bloomfilter configuration: ./)
  assert.deepEqual(site.ask(tokenRejecters), [])
})

test('a claim that was revoked refuses the token, texts at the top level only', async () => {
  const gateway = await openWithManagement()
  assert.equal(gateway.rejects({ jti: 'a', sub: 'b' }), false)
  const answer = await gateway.ask('POST', '/revocations', { elements: ['jti-a'], claims: { sub: '5' } })
  assert.deepEqual(await answer.json(), { added: 2 })
  assert.equal(gateway.rejects({ jti: 'a' }), true)
  assert.equal(gateway.rejects({ jti: 'x', sub: '5' }), true)
  assert.equal(gateway.rejects({ sub: 5 }), false)
  assert.equal(gateway.rejects({ sub: ['5'], data: { jti: 'a' }, client: 'a' }), false)
  await gateway.stop()
})

test('the management API looks up and reports', async () => {
  const gateway = await openWithManagement()
  await gateway.ask('POST', '/revocations', { elements: ['jti-a'] })
  assert.deepEqual(await (await gateway.ask('POST', '/check', { elements: ['jti-a', 'jti-b'] })).json(), { revoked: [true, false] })
  const status = (await (await gateway.ask('GET', '/status')).json()) as Record<string, number>
  assert.equal(status['n'], 1000)
  assert.equal(status['bits'], 19171)
  assert.equal(status['bytes'], 7200)
  assert.equal(status['ttl'], 60)
  assert.ok((status['fill_degree'] as number) > 0)
  await gateway.stop()
})

test('the management API refuses what it should', async () => {
  const gateway = await openWithManagement()
  const good = { elements: ['a'] }
  const refused: [string, string, unknown, string | undefined, number][] = [
    ['POST', '/revocations', good, 'wrong', 401],
    ['GET', '/status', undefined, '', 401],
    ['GET', '/revocations', undefined, undefined, 404],
    ['POST', '/other', good, undefined, 404],
    ['POST', '/revocations', 'no json', undefined, 400],
    ['POST', '/revocations', { elements: [5] }, undefined, 400],
    ['POST', '/revocations', { elements: 'a' }, undefined, 400],
    ['POST', '/revocations', { claims: { sub: 5 } }, undefined, 400],
    ['POST', '/revocations', [], undefined, 400],
    ['POST', '/revocations', { elements: ['a'.repeat(16_385)] }, undefined, 400],
    ['POST', '/revocations', JSON.stringify({ elements: ['a'.repeat(1024 * 1024)] }), undefined, 413],
  ]
  for (const [method, path, body, token, status] of refused) {
    assert.equal((await gateway.ask(method, path, body, token)).status, status, `${method} ${path} ${JSON.stringify(body)?.slice(0, 50)}`)
  }
  assert.equal(gateway.rejects({ jti: 'a' }), false)
  await gateway.stop()
})

test('whoever sends too large a body sees the answer, on a connection that goes on', async () => {
  const gateway = await openWithManagement()
  const head = (line: string): string => `${line} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3cret\r\n`
  const socket = connect(gateway.port, '127.0.0.1')
  let heard = ''
  socket.on('error', () => {}).on('data', (chunk) => (heard += String(chunk)))
  socket.write(`${head('POST /revocations')}Content-Length: ${4 * 1024 * 1024}\r\n\r\n`)
  socket.write(Buffer.alloc(2 * 1024 * 1024))
  await until(() => heard.startsWith('HTTP/1.1 413'), 'the answer')
  socket.write(Buffer.alloc(2 * 1024 * 1024))
  socket.write(`${head('GET /status')}\r\n`)
  await until(() => heard.includes('HTTP/1.1 200'), 'the next answer', 2000)
  socket.destroy()
  await gateway.stop()
})

test('a management port without a token stops the start', () => {
  const { site } = fakeSite()
  const extras = { management: { port: 0, listen_ip: '127.0.0.1', token: '' } }
  assert.throws(() => authRevoker.build(OPTIONS, site, extras), ConfigError)
})

test('gateways only read: what the doors of the process add is refused by every thread, and stopping frees the ports', async () => {
  const memory = makeSite().shared
  const [process, worker] = [fakeSite(memory), fakeSite(memory)]
  void authRevoker.build(OPTIONS, worker.site, null)
  await process.start({}, { management: { port: 0, listen_ip: '127.0.0.1', token: 't' } })
  const port = Number(await process.logged(/Management API listening on 127\.0\.0\.1:(\d+)/))
  await fetch(`http://127.0.0.1:${port}/revocations`, {
    method: 'POST',
    headers: { Authorization: 'Bearer t' },
    body: '{"elements":["jti-a"]}',
  })
  assert.equal(worker.rejects({ jti: 'a' }), true)
  assert.ok(!worker.lines.some((line) => line.includes('listening')))
  await process.stop()
  const next = createServer().listen(port, '127.0.0.1')
  await once(next, 'listening')
  next.close()
})

test('a port that somebody else has is reported and the filter works on', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  const gateway = fakeSite()
  await gateway.start({ port: (other.address() as AddressInfo).port })
  await gateway.logged(/Unable to open the RPC port: .*EADDRINUSE.*; nothing can be revoked through it; a reload tries again/)
  assert.equal(gateway.rejects({ jti: 'a' }), false)
  await gateway.stop()
  await new Promise((resolve) => other.close(resolve))

  const wrong = fakeSite()
  await wrong.start({ port: 70_000 })
  await wrong.logged(/Unable to open the RPC port/)
  await wrong.stop()
})

test('the doors of parameters that no filter can be made of stay closed', async () => {
  await assert.rejects(fakeSite().start({ N: 0 }), ConfigError)
})

/** A Redis that knows AUTH, SUBSCRIBE and PUBLISH on one channel. */
async function fakeRedis(): Promise<{ port: number; commands: string[]; publish(message: string): void; close(): void }> {
  const commands: string[] = []
  const subscribers = new Set<Socket>()
  const sockets = new Set<Socket>()
  const publish = (message: string): void => {
    for (const socket of subscribers) socket.write(encodeCommand('message', 'c', message))
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (bytes) => {
      const words = bytes.toString().split('\r\n')
      for (const [i, word] of words.entries()) {
        if (word === 'AUTH') commands.push(`AUTH ${words[i + 2]} ${words[i + 4]}`)
        if (word === 'SUBSCRIBE') subscribers.add(socket)
        if (word === 'PUBLISH') publish(words[i + 4] as string)
        if (word === 'SUBSCRIBE' || word === 'PUBLISH') commands.push(`${word} ${words[i + 2]}`)
        if (word === 'AUTH') socket.write('+OK\r\n')
        if (word === 'PUBLISH') socket.write(':1\r\n')
      }
    })
  }).listen(0)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    publish,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('machines tell each other over Redis', async () => {
  const redis = await fakeRedis()
  const machines = [fakeSite(), fakeSite()] as const
  for (const machine of machines) {
    await machine.start(
      {},
      {
        management: { port: 0, listen_ip: '127.0.0.1', token: 't' },
        redis: { url: `redis://me:p%20w@127.0.0.1:${redis.port}`, channel: 'c' },
      },
    )
  }
  await until(() => redis.commands.filter((command) => command === 'SUBSCRIBE c').length === 2, 'both listen to the channel')
  assert.ok(redis.commands.includes('AUTH me p w'))
  const port = await machines[0].logged(/Management API listening on 127\.0\.0\.1:(\d+)/)
  await fetch(`http://127.0.0.1:${port}/revocations`, {
    method: 'POST',
    headers: { Authorization: 'Bearer t', Connection: 'close' },
    body: '{"elements":["jti-ü"]}',
  })
  await until(() => machines[1].rejects({ jti: 'ü' }), 'the other one knows')
  redis.publish('{"no":"list"}')
  await machines[1].logged(/no list of elements/)
  redis.publish(JSON.stringify(['sub-x', { base64: Buffer.from('jti-y').toString('base64') }]))
  await until(() => machines.every((machine) => machine.rejects({ sub: 'x' }) && machine.rejects({ jti: 'y' })), 'both know both')
  for (const machine of machines) await machine.stop()
  redis.close()
})

test('a Redis URL that is none stops the start', () => {
  const { site } = fakeSite()
  assert.throws(() => authRevoker.build(OPTIONS, site, { redis: { url: 'http://x', channel: 'c' } }), ConfigError)
})

test('check tells all that would stop the start', () => {
  const openPort = 'warning : the RPC port asks for no password and is open to all addresses: whoever reaches it can have any token refused'
  assert.deepEqual(checkOptions(authRevoker, OPTIONS), [openPort])
  const behindLoopback = checkBlock(authRevoker, OPTIONS, { dialect: 3, once: makeSite().once }, { rpc: { listen_ip: '127.0.0.1' } })
  assert.deepEqual(behindLoopback, [])
  const wrong = { ...OPTIONS, N: 0, P: 1, TTL: 0, hash_name: 'x' }
  const lines = checkOptions(authRevoker, wrong)
  assert.deepEqual(lines, [
    'error hash_name: "hash_name" is neither "optimal" nor "default"',
    'error N: "N" must be at least 1',
    'error P: "P" must be between 0 and 1',
    'error TTL: "TTL" must be at least 1',
    openPort,
  ])
  for (const block of [wrong, {}]) {
    const fails = checkBlock(authRevoker, block, { dialect: 3, once: makeSite().once }).map((issue) => issue.fails ?? '')
    assert.deepEqual(fails, ['start', 'start', 'start', 'start', ''])
  }
  assert.deepEqual(checkExtras(authRevoker, { management: { port: 1 } }), ['error management.token: "token" is missing here'])
  assert.deepEqual(checkExtras(authRevoker, { management: { port: 1, token: 't' }, redis: { url: 'http://x' } }), [
    'error redis.url: "redis.url" is no redis:// or rediss:// URL',
  ])
})
