import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, dictionary, property, string, uint8Array } from 'fast-check'
import { decodeGob, encodeGob } from '../../../brokers/pubsub/gob.ts'
import { nats } from '../../../brokers/pubsub/nats.ts'
import { rabbit } from '../../../brokers/pubsub/rabbit.ts'
import { OpenError } from '../../../brokers/pubsub/scheme.ts'
import { textOfBytes } from '../../../go/text.ts'
import type { Issue } from '../../../schema/issue.ts'
import { buildFor, checkOptions, configOf, makeSite, openInMemory } from '../../../testing/index.ts'
import { findUnknown, parameterOf, parseAddress } from '../../../brokers/pubsub/address.ts'
import { pubsubPublisher, pubsubSubscriber } from './index.ts'

test('a gob stream is what Go writes, and is read again', () => {
  const stream = encodeGob(new Map([['A', 'b']]), Buffer.from('hi'))
  assert.equal(stream.toString('hex'), '0eff81040102ff8200010c010c000008ff82000101410162050a00026869')
  assert.equal(decodeGob(stream)?.toString(), 'hi')
  check(
    property(dictionary(string(), string()), uint8Array({ maxLength: 70_000 }), (metadata, body) => {
      const decoded = decodeGob(encodeGob(new Map(Object.entries(metadata)), body))
      assert.ok(decoded?.equals(body))
    }),
    { numRuns: 50 },
  )
})

test('what a gob stream says in bytes that are no UTF-8 stays as it is', () => {
  const stream = encodeGob(new Map([['A', textOfBytes('\xc3\xbc\xe9')]]), Buffer.from('hi'))
  assert.equal(stream.toString('hex'), '0eff81040102ff8200010c010c00000aff820001014103c3bce9050a00026869')
})

test('what is no gob stream is never taken for one', () => {
  for (const text of ['', '{"a":1}', '\u000e', 'hello']) assert.equal(decodeGob(Buffer.from(text)), null)
  const stream = encodeGob(new Map([['A', 'b']]), Buffer.from('hi'))
  for (let length = 0; length < stream.length; length++) assert.equal(decodeGob(stream.subarray(0, length)), null)
  check(property(uint8Array(), (bytes) => void decodeGob(Buffer.from(bytes))))
})

test('URLs are read as gocloud reads them', () => {
  const address = parseAddress('pubsub+topic+NATS://a.B/c%20d?natsv2&x=1&x=2', 'topic')
  assert.ok(address !== null)
  assert.deepEqual([address.scheme, address.name, parameterOf(address, 'x')], ['nats', 'a.B/c d', '1'])
  assert.equal(findUnknown(address, ['natsv2']), 'x')
  assert.equal(parseAddress('pubsub+subscription+nats://a', 'topic')?.scheme, 'subscription+nats')
  assert.equal(parseAddress('nats:///a//b/', 'topic')?.name, '/a/b')
  assert.equal(parseAddress('nats://me:secret@s;x?a;b&c=%zz&d=1#f', 'topic')?.name, 's;x')
  for (const url of ['nowhere', 'nats://a%20b', 'nats://a b', 'nats://s:p']) assert.equal(parseAddress(url, 'topic'), null)
})

test('a subject, and whom it is asked of; wrong settings can never be opened', () => {
  const open = (url: string, environment: Record<string, string> = { NATS_SERVER_URL: 'nats://me:secret@a:1, b:2' }) =>
    nats.connect(parseAddress(url, 'topic') ?? assert.fail(), makeSite({ environment }), 'topic')
  assert.equal(open('nats://s').name, 'nats://a:1,b:2')
  assert.throws(() => open('nats://s', {}), /open nats:\/\/s: NATS_SERVER_URL environment variable not set/)
  assert.throws(() => open('nats://s?natsv2=tRue'), /invalid value of natsv2: "tRue"/)
  assert.throws(() => open('nats://s?natsv2&natsv2=false'), /more than once/)
})

test('parameters of RabbitMQ that say nothing can never be opened; a number too large is what AMQP keeps of it', () => {
  const open = (url: string) =>
    rabbit.connect(parseAddress(url, 'topic') ?? assert.fail(), makeSite({ environment: { RABBIT_SERVER_URL: 'amqp://h' } }), 'topic')
  for (const bad of ['key_name=', 'key_name', 'key_name=a&key_name=b', 'prefetch_count=', 'prefetch_count=x', 'prefetch_count=0x3'])
    assert.throws(() => open(`rabbit://s?${bad}`), OpenError)
  for (const good of ['key_name=a', 'prefetch_count=-1', 'prefetch_count=%2B3', 'prefetch_count=99999', 'prefetch_count=0'])
    open(`rabbit://s?${good}`)
})

const fileOf = (host: string, extra: object): object => ({
  extra_config: { router: { return_error_msg: true } },
  endpoints: [{ endpoint: '/x', backend: [{ host: [host], disable_host_sanitize: true, url_pattern: '/', extra_config: extra }] }],
})

test('what cannot be opened is told at the start, and left to HTTP', async () => {
  const cases: [string, object, RegExp][] = [
    ['mem://', { 'backend/pubsub/publisher': { topic_url: 't' } }, /no driver registered for "mem" for URL "mem:\/\/t"/],
    ['nats://', { 'backend/pubsub/subscriber': { subscription_url: 's?foo=1' } }, /invalid query parameter "foo"/],
    ['nats://', { 'backend/pubsub/publisher': { topic_url: 's' } }, /NATS_SERVER_URL environment variable not set/],
  ]
  for (const [host, extra, error] of cases) {
    const gateway = await openInMemory(configOf(fileOf(host, extra)))
    assert.match(gateway.lines.find((line) => line.startsWith('ERROR')) ?? '', error)
    assert.equal((await gateway.ask({ target: '/x' })).statusCode, 200)
    await gateway.retire()
  }
})

test('a server that is away costs these endpoints their answers', async () => {
  const environment = { NATS_SERVER_URL: '127.0.0.1:1' }
  for (const extra of [{ 'backend/pubsub/publisher': { topic_url: 's' } }, { 'backend/pubsub/subscriber': { subscription_url: 's' } }]) {
    const gateway = await openInMemory(configOf(fileOf('nats://', extra)), { environment })
    const { statusCode, answered } = await gateway.ask({ target: '/x' })
    assert.deepEqual([statusCode, answered.body], [500, 'connection not available, trying to reconnect'])
    assert.match(gateway.lines.join('\n'), /ERROR \[nats\] no connection to 127\.0\.0\.1:1: /)
    await gateway.retire()
  }
})

test('a URL that nobody can open is a finding', () => {
  const issuesAt = (declaration: typeof pubsubPublisher | typeof pubsubSubscriber, host: string, url: string): readonly Issue[] => {
    const config = configOf(fileOf(host, {}))
    const place = { config, endpoint: null, backend: config.endpoints[0]?.backends[0] ?? null }
    const around = { place, readable: () => true, identityHeaders: () => [], contentOf: () => null }
    const block = { raw: {}, extras: null, dialect: 3, once: makeSite().once, ...around } as const
    return declaration.check?.({ topic_url: url, subscription_url: url }, block) ?? []
  }
  const checkAt = (...args: Parameters<typeof issuesAt>): string[] => issuesAt(...args).map(({ message }) => message)
  assert.match(checkAt(pubsubPublisher, 'kafkaesque://', 't').join(), /^no driver registered for "kafkaesque" .*; every call fails$/)
  assert.deepEqual(checkAt(pubsubPublisher, 'gcppubsub://', 'projects/p/topics/t'), [])
  assert.match(
    checkAt(pubsubPublisher, 'azuresb://', 't?x').join(),
    /^open topic azuresb:\/\/t\?x: invalid query parameter "x"; every call fails$/,
  )
  assert.match(checkAt(pubsubSubscriber, 'nats://', 't?natsv3').join(), /^open subscription nats:\/\/t\?natsv3: invalid query parameter/)
  assert.deepEqual(checkAt(pubsubSubscriber, 'nats://', 't?queue=q'), [])
  const hintsAt = (...args: Parameters<typeof issuesAt>): string[] => issuesAt(...args).map(({ code, hint }) => `${code} ${hint}`)
  assert.deepEqual(hintsAt(pubsubPublisher, 'kafka://', 't?foo=1'), ['unknown-url-parameter a topic has key_name there'])
  assert.deepEqual(hintsAt(pubsubPublisher, 'kafka://', 't?keyname=1'), ['unknown-url-parameter did you mean "key_name"?'])
  assert.deepEqual(hintsAt(pubsubPublisher, 'azuresb://', 't?x'), ['unknown-url-parameter a topic has none there'])
  assert.match(hintsAt(pubsubPublisher, 'kafkaesque://', 't').join(), /^invalid-host write "host"/)
  assert.match(checkOptions(pubsubPublisher, { topic_url: 1 }).join(), /^warning topic_url: /)
})

test('a URL of a wrong type makes the block wrong, and the backend is left to HTTP', () => {
  const site = makeSite({}, { backend: {} })
  assert.equal(buildFor(pubsubPublisher, { topic_url: 5 }, site), null)
  assert.equal(buildFor(pubsubSubscriber, { subscription_url: 5 }, site), null)
})
