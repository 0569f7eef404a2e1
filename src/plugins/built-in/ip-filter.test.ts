// What the plugin `ip-filter` promises: who gets in, whose word about addresses counts, and what becomes of options that say nothing.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configOf, type MemoryGateway, openInMemory } from '../../testing/index.ts'
import { reply } from '../answers.ts'
import { endpointFile, openWith, plugin } from '../test-gateway.ts'
import { ipFilter } from './ip-filter.ts'
import { urlRewrite } from './url-rewrite.ts'

const NOBODY_HERE = { CIDR: ['127.0.0.0/8'], allow: false }

function around(config: object, more: object = {}): object {
  return { version: 4, ...endpointFile({}), extra_config: { 'plugin/http-server': { plugins: [{ name: 'ip-filter', config }] }, ...more } }
}

async function statusOf(file: object, headers: Record<string, string> = {}, peer = '127.0.0.1', target = '/x/1'): Promise<number> {
  const gateway: MemoryGateway = await openInMemory(configOf(file))
  const { statusCode } = await gateway.ask({ target, headers, peerAddress: peer })
  return statusCode
}

test('around the router: networks are kept out, or let in alone, whatever path is asked', async () => {
  assert.equal(await statusOf(around(NOBODY_HERE)), 403)
  assert.equal(await statusOf(around(NOBODY_HERE), {}, '127.0.0.1', '/nope'), 403)
  assert.equal(await statusOf(around(NOBODY_HERE), {}, '127.0.0.1', '/__health'), 403)
  assert.equal(await statusOf(around(NOBODY_HERE), {}, '10.0.0.1'), 200)
  const inside = around({ CIDR: ['10.0.0.0/8', '2001:db8::/32'], allow: true })
  assert.equal(await statusOf(inside, {}, '10.0.0.1'), 200)
  assert.equal(await statusOf(inside, {}, '::ffff:10.0.0.1'), 200)
  assert.equal(await statusOf(inside, {}, '2001:db8::1'), 200)
  assert.equal(await statusOf(inside, {}, '11.0.0.1'), 403)
})

test('an empty list means nobody; who has no address is in no list', async () => {
  assert.equal(await statusOf(around({ CIDR: [], allow: true })), 403)
  assert.equal(await statusOf(around({ CIDR: [] })), 200)
  assert.equal(await statusOf(around({ CIDR: ['0.0.0.0/0'], allow: true }), {}, ''), 403)
  assert.equal(await statusOf(around({ CIDR: ['0.0.0.0/0'] }), {}, ''), 200)
})

test('the answer tells nothing but its status', async () => {
  const gateway = await openInMemory(configOf(around(NOBODY_HERE, { router: { return_error_msg: true } })))
  const { answered, responseHeaders } = await gateway.ask({ target: '/x/1', peerAddress: '127.0.0.1' })
  assert.deepEqual([answered.body, responseHeaders.fields], [null, []])
})

test('header fields tell the address in their order: by default three, from everybody', async () => {
  const file = around({ CIDR: ['9.9.9.9'] })
  assert.equal(await statusOf(file, { 'X-Forwarded-For': '9.9.9.9' }), 403)
  assert.equal(await statusOf(file, { 'X-Real-IP': '9.9.9.9' }), 403)
  assert.equal(await statusOf(file, { 'X-Appengine-Remote-Addr': '9.9.9.9' }), 403)
  assert.equal(await statusOf(file, { 'X-Forwarded-For': '1.1.1.1', 'X-Real-IP': '9.9.9.9' }), 200)
  const own = around({ CIDR: ['9.9.9.9'], client_ip_headers: ['x-client', 'X-Real-IP'] })
  assert.equal(await statusOf(own, { 'X-Client': '9.9.9.9' }), 403)
  assert.equal(await statusOf(own, { 'X-Forwarded-For': '9.9.9.9' }), 200)
})

test('proxies that are trusted, by the filter or by the router, and no others', async () => {
  const proxies = { CIDR: ['9.9.9.9'], allow: true, trusted_proxies: ['10.0.0.0/16'] }
  const forwarded = { 'X-Forwarded-For': '9.9.9.9' }
  assert.equal(await statusOf(around(proxies), forwarded, '10.0.0.1'), 200)
  assert.equal(await statusOf(around(proxies), forwarded, '10.1.0.1'), 403)
  assert.equal(await statusOf(around(proxies), { 'X-Forwarded-For': '9.9.9.9, 8.8.8.8, 10.0.0.2' }, '10.0.0.1'), 403)
  const router = { router: { trusted_proxies: ['10.0.0.1'] } }
  const filter = { CIDR: ['9.9.9.9'], allow: true }
  assert.equal(await statusOf(around(filter, router), forwarded, '10.0.0.1'), 200)
  assert.equal(await statusOf(around(filter, router), forwarded, '10.0.0.2'), 403)
  assert.equal(await statusOf(around(filter, { router: { forwarded_by_client_ip: false } }), forwarded), 403)
  assert.equal(await statusOf(around(proxies, { router: { forwarded_by_client_ip: false } }), forwarded, '10.0.0.1'), 200)
})

const modifier = (options: object): object => ({ 'plugin/req-resp-modifier': { name: ['ip-filter'], 'ip-filter': options } })
const CODE = { extra_config: { 'backend/http': { return_error_code: true } } }

test('at an endpoint it is an error: 500, or 403 where the one backend passes statuses on', async () => {
  assert.equal(await statusOf(endpointFile(modifier(NOBODY_HERE))), 500)
  assert.equal(await statusOf(endpointFile(modifier(NOBODY_HERE), {}, CODE)), 403)
  assert.equal(await statusOf(endpointFile(modifier(NOBODY_HERE)), {}, '10.0.0.1'), 200)
  assert.equal(await statusOf(endpointFile(modifier(NOBODY_HERE)), { 'X-Forwarded-For': '10.0.0.1' }), 200)
})

test('at a backend it is the failure of this one', async () => {
  const at = (options: object) => ({ host: ['http://b'], url_pattern: '/b', extra_config: modifier(options), group: 'g' })
  const file = { endpoints: [{ endpoint: '/x/{id}', backend: [at(NOBODY_HERE), at({ CIDR: [] })] }] }
  const gateway = await openInMemory(configOf(file))
  const { statusCode, responseHeaders } = await gateway.ask({ target: '/x/1', peerAddress: '127.0.0.1' })
  assert.deepEqual([statusCode, responseHeaders.get('X-Krakend-Completed')], [200, 'false'])
})

test('its place is that of the list: outside of a plugin that stands before it', async () => {
  const seen: string[] = []
  const look = plugin('look', 'http-server', (_request: unknown, next: () => unknown) => {
    seen.push('look')
    return next()
  })
  const own = plugin('own', 'http-server', () => reply({ status: 202 }))
  const open = (name: string[]) =>
    openWith([look, own], { ...endpointFile({}), extra_config: { 'plugin/http-server': { name, 'ip-filter': NOBODY_HERE } } })
  const ask = async (name: string[]) => (await (await open(name)).ask({ target: '/x/1', peerAddress: '127.0.0.1' })).statusCode
  assert.equal(await ask(['look', 'ip-filter']), 403)
  assert.deepEqual(seen, [])
  assert.equal(await ask(['ip-filter', 'look']), 403)
  assert.deepEqual(seen, ['look'])
  assert.equal(await ask(['ip-filter', 'own']), 202)
})

test('version 2 has it under its old name, too', async () => {
  const block = (name: string) => ({ 'plugin/http-server': { name: [name], [name]: NOBODY_HERE } })
  const of = (version: number, name: string) => statusOf({ version, ...endpointFile({}), extra_config: block(name) })
  assert.equal(await of(2, 'krakend-ipfilter'), 403)
  assert.equal(await of(2, 'ip-filter'), 403)
  await assert.rejects(of(3, 'krakend-ipfilter'), /krakend-ipfilter/)
})

test('what is no address, no list or nothing at all stops the start', async () => {
  for (const config of [
    {},
    { CIDR: ['10.0.0.0/40'] },
    { CIDR: '10.0.0.0/8' },
    { CIDR: ['x'] },
    { CIDR: [], trusted_proxies: ['y'] },
    { CIDR: [], alow: true },
    1,
  ])
    await assert.rejects(statusOf(around(config as object)), /wrong options/, JSON.stringify(config))
  const passes = {
    version: 4,
    ...endpointFile({}),
    extra_config: { 'plugin/http-server': { plugins: [{ name: 'ip-filter', on_load_error: 'passthrough' }] } },
  }
  assert.equal(await statusOf(passes), 200)
  assert.deepEqual(ipFilter.prepare({ CIDR: ['10.0.0.0/8', 'x/8'] }).problems, [
    { path: ['CIDR', 1], message: '"x/8" is neither an address nor a network such as 10.0.0.0/8' },
  ])
})

test('the documentation has every option', () => {
  const page = readFileSync(new URL('../../../docs/plugins.md', import.meta.url), 'utf8')
  for (const name of [...ipFilter.optionNames, ...urlRewrite.optionNames]) assert.ok(page.includes(`| \`${name}\` |`), name)
})
