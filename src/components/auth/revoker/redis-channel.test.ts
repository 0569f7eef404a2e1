// The Redis channel when things go wrong: a refusal is an error that is tried again, told once, and nothing is kept without end.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ConfigError } from '../../../engine/compile/component.ts'
import { checkExtras, makeSite } from '../../../testing/index.ts'
import { until } from '../../../testing/until.ts'
import { authRevoker } from './index.ts'
import { RedisChannel } from './redis-channel.ts'
import { parseRedisUrl } from './redis-url.ts'
import { encodeCommand, RespParser } from './resp.ts'

test('the parts of a URL', () => {
  const plain = { isTls: false, host: 'redis', port: 6379, username: '', password: '' }
  assert.deepEqual(parseRedisUrl('redis://redis'), plain)
  assert.deepEqual(parseRedisUrl('rediss://me:50%25off@[::1]:1234/0'), {
    isTls: true,
    host: '::1',
    port: 1234,
    username: 'me',
    password: '50%off',
  })
})

test('a URL that cannot be used is an error of check and stops the start, and its password is in neither', () => {
  const stray = 'has a % in its user or password that escapes nothing: write %25 for a %'
  const wrong = { 'redis://:50%off@host': stray, 'redis://a%zz:b@host': stray, 'redis://:p%ff@host': stray, 'redis:///1': 'has no host' }
  for (const [url, reason] of Object.entries(wrong)) {
    assert.deepEqual(checkExtras(authRevoker, { rpc: { listen_ip: '127.0.0.1' }, redis: { url } }), [
      `error redis.url: "redis.url" ${reason}`,
    ])
    const site = makeSite()
    const options = { N: 1000, P: 0.01, hash_name: 'optimal', TTL: 60, port: 0, token_keys: ['jti'] }
    assert.throws(
      () => authRevoker.build(options, site, { redis: { url, channel: 'c' } }),
      (error) => error instanceof ConfigError && !error.message.includes('50%off'),
    )
  }
})

interface Told {
  readonly states: string[]
  /** Resolves when so many states have been told. */
  until(count: number): Promise<void>
}

/** A channel to a server that answers each command with the next of the answers, and the last one from then on. */
async function channelTo(context: TestContext, answers: readonly string[]): Promise<Told & { connections(): number }> {
  const left = [...answers]
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.on('data', () => socket.write(left.length > 1 ? (left.shift() as string) : (left[0] as string)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const states: string[] = []
  let check = (): void => {}
  const channel = new RedisChannel({
    url: `redis://:secret@127.0.0.1:${(server.address() as AddressInfo).port}`,
    channel: 'c',
    onElements() {},
    onProblem() {},
    onState(what, isUp, reason) {
      states.push(`${what} ${isUp ? 'up' : 'down'} ${reason}`.trim())
      check()
    },
  })
  context.after(() => {
    channel.close()
    server.close()
  })
  return {
    states,
    connections: () => connections,
    until: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (states.length >= count) resolve()
        }
        check()
      }),
  }
}

const SUBSCRIBED = encodeCommand('subscribe', 'c', '1').toString()

test('a refused password ends the connection; it is tried again, told once, and told again when it is good', async (context) => {
  const wrong = '-WRONGPASS invalid username-password pair\r\n'
  const channel = await channelTo(context, [wrong, wrong, `+OK\r\n${SUBSCRIBED}`])
  await channel.until(2)
  assert.deepEqual(channel.states, ['hear down WRONGPASS invalid username-password pair', 'hear up'])
  assert.equal(channel.connections(), 3)
})

test('bytes that are no Redis are told as a connection that is lost', async (context) => {
  const channel = await channelTo(context, ['*999999999\r\n'])
  await channel.until(1)
  assert.deepEqual(channel.states, ['hear down reply too long'])
})

test('a list of a reply has an end', () => {
  for (const count of ['1001', '99999999999', 'x']) assert.throws(() => new RespParser().push(Buffer.from(`*${count}\r\n`)), /too long/)
})

/** A server that says what it was asked. */
async function redis(context: TestContext, answer: (command: string) => string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((socket) => {
    const parser = new RespParser()
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      for (const words of parser.push(chunk)) {
        const command = (words as string[]).join(' ')
        asked.push(command)
        socket.write(answer(command))
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  return { url: `redis://:secret@127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

test('a revocation waits until Redis has taken it: through a login that is refused, and through a connection that is lost', async (context) => {
  let [logins, publishes] = [0, 0]
  const { url, asked } = await redis(context, (command) => {
    if (command.startsWith('AUTH')) return ++logins <= 2 ? '-WRONGPASS\r\n' : '+OK\r\n'
    if (command.startsWith('SUBSCRIBE')) return SUBSCRIBED
    return ++publishes === 1 ? '-LOADING\r\n' : ':1\r\n'
  })
  const channel = new RedisChannel({ url, channel: 'c', onElements() {}, onProblem() {}, onState() {} })
  context.after(() => channel.close())
  channel.publish([Buffer.from('a')])
  const published = (): string[] => asked.filter((command) => command.startsWith('PUBLISH'))
  await until(() => published().length === 2, 'the message is sent again')
  channel.publish([Buffer.from('b')])
  await until(() => published().length === 3, 'the next message')
  assert.deepEqual(published(), ['PUBLISH c ["a"]', 'PUBLISH c ["a"]', 'PUBLISH c ["b"]'])
})

test('a server that takes the connection and says nothing is given up, and told', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { url, asked } = await redis(context, () => '')
  const states: string[] = []
  const channel = new RedisChannel({
    url,
    channel: 'c',
    onElements() {},
    onProblem() {},
    onState: (...state) => states.push(state.join(' ')),
  })
  context.after(() => channel.close())
  while (asked.length === 0) await setImmediate()
  context.mock.timers.tick(10_000)
  while (states.length === 0) await setImmediate()
  assert.deepEqual(states, ['hear false no answer within 10 s'])
})
