// What the limits promise to clients: statuses, who counts for whom, headers, and exact counts over threads.

import { quirksOf } from '../../../config/dialect.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Dialect, GatewayConfig } from '../../../config/types.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import { Scope } from '../../../engine/scope.ts'
import type { PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { buildFor, checkExtras, checkOptions, makeExchange, makeSite } from '../../../testing/index.ts'
import type { TestSite } from '../../../testing/index.ts'
import { backendRateLimit, endpointRateLimit } from './index.ts'
import { SharedBucket } from './shared-bucket.ts'

let sites = 0

function siteOf(dialect: Dialect = 3, blocks: Record<string, unknown> = {}): TestSite {
  return makeSite({ label: '[ENDPOINT: /x]', id: `endpoint ${sites++}` }, { dialect, service: blocks, endpoint: blocks })
}

interface Asked {
  readonly ip?: string
  readonly headers?: Record<string, string>
  readonly params?: Record<string, string>
}

/** Status and the answer's header fields. */
type Ask = (asked?: Asked) => [number, Record<string, string>]

function limited(block: Record<string, unknown>, site = siteOf(), extras?: unknown): Ask {
  const layer = buildFor(endpointRateLimit, block, site, extras)
  const handler = (layer ?? ((next) => next))(() => {})
  return ({ ip = '1.1.1.1', headers = {}, params = {} } = {}) => {
    const exchange = makeExchange({ peerAddress: ip, headers, params })
    const { responseHeaders } = exchange
    let status = 200
    try {
      void handler(exchange)
    } catch (error) {
      status = (error as { statusCode: number }).statusCode
    }
    return [status, Object.fromEntries(responseHeaders.names().map((name) => [name, responseHeaders.get(name) ?? '']))]
  }
}

function statuses(ask: Ask, count: number, asked?: Asked): number[] {
  return Array.from({ length: count }, () => ask(asked)[0])
}

test('an endpoint over its rate answers 503, and every value that is no rate is no limit', () => {
  assert.deepEqual(statuses(limited({ max_rate: 3, every: '1h', capacity: 2 }), 4), [200, 200, 503, 503])
  assert.deepEqual(statuses(limited({ max_rate: 100, every: '1m' }), 2), [200, 503])
  assert.deepEqual(statuses(limited({ max_rate: 2, every: '1h', capacity: -1 }), 2), [200, 503])
  for (const max_rate of [0, -1, '1', null]) assert.deepEqual(statuses(limited({ max_rate, capacity: 1 }), 3), [200, 200, 200])
})

test('the client limit is asked first and keeps the token', () => {
  const ask = limited({ max_rate: 1, capacity: 1, client_max_rate: 2, client_capacity: 2, every: '1h', strategy: 'header', key: 'x-c' })
  const a = { headers: { 'X-C': 'a' } }
  assert.deepEqual(statuses(ask, 3, a), [200, 503, 429])
  assert.deepEqual(statuses(ask, 1, { headers: { 'x-c': 'b' } }), [503])
  assert.deepEqual(statuses(ask, 1), [429])
})

test('client capacities are derived as KrakenD derives them', () => {
  assert.deepEqual(statuses(limited({ client_max_rate: 5, strategy: 'ip' }), 2), [200, 429])
  assert.deepEqual(statuses(limited({ client_max_rate: 5, client_capacity: -3, strategy: 'ip' }), 2), [200, 429])
  assert.deepEqual(statuses(limited({ max_rate: 50, client_max_rate: 5, strategy: 'ip' }), 6), [200, 200, 200, 200, 200, 429])
  assert.deepEqual(statuses(limited({ max_rate: 3_600_000, client_max_rate: 10, every: '1h', strategy: 'ip' }), 1), [429])
})

test('clients are told apart by address, header value or parameter', () => {
  const one = { client_max_rate: 1, client_capacity: 1, every: '1h' }
  const byIp = limited({ ...one, strategy: 'IP' })
  assert.deepEqual([...statuses(byIp, 2), ...statuses(byIp, 2, { ip: '2.2.2.2' })], [200, 429, 200, 429])
  assert.deepEqual(statuses(limited({ ...one, strategy: 'header', key: 'host' }), 1, { headers: { Host: 'a' } }), [429])
  const byKey = limited({ ...one, strategy: 'ip', key: 'X-Real' })
  const ask = (value: string) => byKey({ headers: { 'X-Real': value } })[0]
  const values = ['9.9.9.9:80, 8.8.8.8', ' 9.9.9.9', '8.8.8.8, 9.9.9.9', '2001:db8::1', 'unknown', '']
  assert.deepEqual(values.map(ask), [200, 429, 200, 200, 429, 429])
  const byParam = limited({ ...one, strategy: 'param', key: 'id' })
  assert.deepEqual(
    ['1', '1', '2', ''].map((id) => byParam({ params: { Id: id } })[0]),
    [200, 429, 200, 429],
  )
})

test('counting by an address that clients can choose is worth a warning', () => {
  const block = { client_max_rate: 1, client_capacity: 1, strategy: 'ip' }
  const told = (options: object, router: object): string[] => {
    const config = { dialect: 3, quirks: quirksOf(3), extraConfig: new Map([['router', router]]) } as unknown as GatewayConfig
    const context = { dialect: 3, once: makeSite().once, place: { config, endpoint: null, backend: null } } as const
    return checkBlock(endpointRateLimit, options, context).map(({ code }) => code)
  }
  assert.deepEqual(told(block, {}), ['spoofable-address'])
  assert.deepEqual(told(block, { trusted_proxies: ['10.0.0.0/8'] }), [])
  assert.deepEqual(told(block, { forwarded_by_client_ip: false }), [])
  assert.deepEqual(told({ ...block, key: 'X-Real' }, {}), [])
})

test('an unknown strategy leaves the endpoint limit and a warning', () => {
  const site = siteOf()
  assert.deepEqual(
    statuses(limited({ max_rate: 1, capacity: 1, client_max_rate: 1, every: '1h', strategy: 'cookie' }, site), 2),
    [200, 503],
  )
  assert.ok(site.lines.includes('WARNING [ENDPOINT: /x][Ratelimit] Unknown strategy cookie'))
  assert.ok(site.lines.includes('DEBUG [ENDPOINT: /x][Ratelimit] Rate limit enabled. MaxRate: 0.000278, Capacity: 1'))
})

test('a block that is none is told in KrakenD’s words', () => {
  const site = siteOf()
  assert.deepEqual(statuses(limited([1] as never, site), 2), [200, 200])
  const backend = makeSite({ label: '[BACKEND: /b]' }, { backend: {} })
  assert.equal(buildFor(backendRateLimit, 'x', backend), null)
  assert.deepEqual(
    [...site.lines, ...backend.lines],
    ['ERROR [ENDPOINT: /x][Ratelimit] wrong extra config', 'ERROR [BACKEND: /b][Ratelimit] wrong extra config'],
  )
})

test('1.x: whole numbers per second which are the capacities, and no param strategy', () => {
  const all = { every: '1h', capacity: 1, client_capacity: 1 }
  assert.deepEqual(statuses(limited({ ...all, max_rate: 2.9 }, siteOf(2)), 3), [200, 200, 503])
  assert.deepEqual(statuses(limited({ max_rate: 0.5 }, siteOf(2)), 2), [200, 200])
  assert.deepEqual(statuses(limited({ ...all, client_max_rate: 3, strategy: 'ip' }, siteOf(2)), 4), [200, 200, 200, 429])
  assert.deepEqual(statuses(limited({ client_max_rate: 1, strategy: 'param', key: 'id' }, siteOf(2)), 2), [200, 200])
})

const both = { max_rate: 1, capacity: 2, client_max_rate: 4, client_capacity: 4, every: '1h', strategy: 'header', key: 'X-C' }

/** The answers of one client to so many requests. */
function fieldsOf(ask: Ask, count: number, client = 'a'): Record<string, string>[] {
  return Array.from({ length: count }, () => {
    const [status, fields] = ask({ headers: { 'X-C': client } })
    return { status: String(status), ...fields }
  })
}

function standing(nowMs: number): TestSite {
  return makeSite({ id: `endpoint ${sites++}`, clock: { now: () => nowMs, steady: () => nowMs } }, { endpoint: {} })
}

test('headers tell the limit only where they are asked for', () => {
  assert.deepEqual(fieldsOf(limited(both, standing(0)), 1), [{ status: '200' }])
  for (const shown of [true, {}, { format: 'draft-6' }]) {
    const ask = limited(both, standing(0), shown)
    const client = { 'Ratelimit-Limit': '4' }
    assert.deepEqual(fieldsOf(ask, 3), [
      { status: '200', ...client, 'Ratelimit-Remaining': '3', 'Ratelimit-Reset': '900' },
      { status: '200', ...client, 'Ratelimit-Remaining': '2', 'Ratelimit-Reset': '1800' },
      // The endpoint refuses: the client still sees his own limit, and when the endpoint lets somebody in.
      { status: '503', ...client, 'Ratelimit-Remaining': '1', 'Ratelimit-Reset': '2700', 'Retry-After': '3600' },
    ])
    assert.deepEqual(fieldsOf(ask, 2).at(-1), {
      status: '429',
      ...client,
      'Ratelimit-Remaining': '0',
      'Ratelimit-Reset': '3600',
      'Retry-After': '900',
    })
  }
})

test('without a limit of clients, that of the endpoint is shown', () => {
  const ask = limited({ max_rate: 10, capacity: 10 }, standing(0), true)
  const fields = fieldsOf(ask, 11)
  assert.deepEqual(fields[2], { status: '200', 'Ratelimit-Limit': '10', 'Ratelimit-Remaining': '7', 'Ratelimit-Reset': '1' })
  // A tenth of a second is enough, and said as one.
  assert.deepEqual([fields[10]?.['status'], fields[10]?.['Retry-After']], ['503', '1'])
})

test('draft-10 shows every limit, on refusals of either too', () => {
  const ask = limited(both, standing(0), { format: 'draft-10' })
  const policy = { 'Ratelimit-Policy': '"client";q=4;w=3600, "endpoint";q=2;w=7200' }
  assert.deepEqual(fieldsOf(ask, 3), [
    { status: '200', ...policy, Ratelimit: '"client";r=3;t=900, "endpoint";r=1;t=3600' },
    { status: '200', ...policy, Ratelimit: '"client";r=2;t=1800, "endpoint";r=0;t=7200' },
    { status: '503', ...policy, Ratelimit: '"client";r=1;t=2700, "endpoint";r=0;t=7200', 'Retry-After': '3600' },
  ])
  assert.deepEqual(fieldsOf(ask, 2).at(-1), {
    status: '429',
    ...policy,
    Ratelimit: '"client";r=0;t=3600, "endpoint";r=0;t=7200',
    'Retry-After': '900',
  })
  const alone = limited({ client_max_rate: 10, client_capacity: 10, strategy: 'ip' }, standing(0), { format: 'draft-10' })
  assert.deepEqual(fieldsOf(alone, 3).at(-1), {
    status: '200',
    'Ratelimit-Policy': '"client";q=10;w=1',
    Ratelimit: '"client";r=7;t=1',
  })
})

test('whoever cannot be told apart has no bucket, and learns nothing of others', () => {
  assert.deepEqual(limited(both, standing(0), true)(), [429, {}])
})

test('headers of limits are read exactly, and check says that clients see them', () => {
  const seen = ['warning : clients see the limits of this endpoint and what is left of them']
  for (const block of [true, {}, { format: 'draft-10' }]) assert.deepEqual(checkExtras(endpointRateLimit, block), seen)
  for (const block of ['draft-6', { format: 'draft-7' }, { headers: true }, 1]) {
    assert.equal(checkExtras(endpointRateLimit, block)[0]?.startsWith('error'), true)
    assert.throws(() => limited(both, standing(0), block), /_gw\/ratelimit-headers/)
  }
})

async function callBackend(block: Record<string, unknown>, site = siteOf(), calls = 3): Promise<string[]> {
  const { value } = readOptions(backendRateLimit.options, block, 'map')
  const layer = value === null ? null : backendRateLimit.build(value, site)
  const pipe = (layer ?? ((next) => next))(() => Promise.resolve({} as PipeResponse))
  const answers: string[] = []
  for (let i = 0; i < calls; i++) {
    answers.push(
      await pipe({} as PipeRequest, Scope.root()).then(
        () => 'ok',
        (error: Error) => error.message,
      ),
    )
  }
  return answers
}

test('a backend over its rate is an error of its own, any `every` counts', async () => {
  const refused = 'rate limit exceded'
  assert.deepEqual(await callBackend({ max_rate: 40, every: '1h' }), ['ok', refused, refused])
  assert.deepEqual(await callBackend({ max_rate: 0.001, capacity: 2, every: 'x' }), ['ok', 'ok', refused])
  assert.deepEqual(await callBackend({ max_rate: 0.001, capacity: -1 }), ['ok', refused, refused])
  assert.deepEqual(await callBackend({ max_rate: 1e-9, capacity: 1, every: '100ms' }), ['ok', refused, refused])
  for (const every of ['0s', '-1s']) assert.deepEqual(await callBackend({ max_rate: 1, every }), ['ok', 'ok', 'ok'])
  assert.deepEqual(await callBackend({ max_rate: 1, capacity: 1, every: '0s' }), ['ok', refused, refused])
  assert.deepEqual(await callBackend({ max_rate: 0.001 }, siteOf(2)), ['ok', refused, refused])
})

test('the count is exact over several threads', async () => {
  const memory = new SharedArrayBuffer(SharedBucket.BYTES)
  const code = `
    const { workerData, parentPort } = require('node:worker_threads')
    Promise.all(workerData.urls.map((url) => import(url))).then(([{ SharedBucket }, { RefillWhenEmpty }, { sharedLock }]) => {
      const bucket = new SharedBucket(workerData.memory, new RefillWhenEmpty(1e-9, 5000), 0, sharedLock)
      let taken = 0
      for (let i = 0; i < 4000; i++) if (bucket.take(1)) taken++
      parentPort.postMessage(taken)
    })`
  const urls = ['./shared-bucket.ts', './bucket.ts', '../shared-lock.ts'].map((name) => new URL(name, import.meta.url).href)
  const counts = await Promise.all(
    [0, 1, 2].map(() => {
      const worker = new Worker(code, { eval: true, workerData: { memory, urls } })
      return new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    }),
  )
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    5000,
  )
})

test('check tells which limits would not hold', () => {
  const client = { client_max_rate: 1, client_capacity: 1 }
  assert.deepEqual(checkOptions(endpointRateLimit, { max_rate: 1, every: '1m' }), [])
  assert.deepEqual(checkOptions(endpointRateLimit, { ...client, strategy: 'IP' }), [])
  assert.deepEqual(checkOptions(endpointRateLimit, client), ['error strategy: unknown strategy "": clients are not limited'])
  assert.equal(checkOptions(endpointRateLimit, { ...client, strategy: 'param', key: 'id' }, 2).length, 1)
  assert.deepEqual(checkOptions(endpointRateLimit, { ...client, strategy: 'header' }), [
    'error key: no name of a header or parameter: every request of this endpoint is refused',
  ])
  assert.equal(checkOptions(endpointRateLimit, { ...client, strategy: 'header', key: 'host' }).length, 1)
  const size = (name: string): string =>
    `warning ${name}: -1 is no size of a burst: what a second brings is taken, and KrakenD may take it for no limit at all`
  const all = { max_rate: 1, capacity: -1, ...client, strategy: 'ip', client_capacity: -1 }
  assert.deepEqual(checkOptions(endpointRateLimit, all), [size('capacity'), size('client_capacity')])
  assert.deepEqual(checkOptions(backendRateLimit, { max_rate: 1, capacity: -1 }), [size('capacity')])
  assert.deepEqual(checkOptions(endpointRateLimit, { max_rate: 1, every: '10ms' }), [
    'warning every: "10ms" is less than a second: the rates are those of one second',
  ])
  const time = (every: string, capacity: number): string[] => checkOptions(backendRateLimit, { max_rate: 1, every, capacity })
  for (const text of ['-1s', '0s'])
    assert.deepEqual(time(text, 0), [`error every: "${text}" is no time that a rate could be counted over: there is no limit`])
  assert.deepEqual(time('-1s', 3), ['error every: "-1s" is no time that a rate could be counted over: there is no limit'])
  assert.deepEqual(time('0s', 3), ['error every: "0s" is no time that a rate could be counted over: 3 calls pass, and no other ever'])
  assert.deepEqual(time('10ms', 3), [])
  const every = ['warning every: "1" is no duration such as "1m": one second is assumed']
  for (const limit of [endpointRateLimit, backendRateLimit]) assert.deepEqual(checkOptions(limit, { max_rate: 1, every: '1' }), every)
})
