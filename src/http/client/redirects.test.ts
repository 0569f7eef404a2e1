import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { bodyOf, NO_BODY } from '../../engine/body.ts'
import { HeaderMap } from '../../engine/headers.ts'
import { Scope } from '../../engine/scope.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../engine/types.ts'
import { followRedirects } from './redirects.ts'
import { requestTo } from '../test-support.ts'

/** A backend that answers by URL with a status and a Location, 200 for what is not listed. */
function scripted(script: Record<string, [number, string?]>): { sender: Sender; seen: BackendRequest[] } {
  const seen: BackendRequest[] = []
  const sender: Sender = (request) => {
    seen.push(request)
    const url = request.origin + request.path
    const [statusCode, location] = script[url] ?? [200]
    const headers = new HeaderMap(location === undefined ? [] : ['Location', location])
    const stream = request.wantsStream ? Readable.from([]) : null
    return Promise.resolve<BackendResponse>({ statusCode, headers, body: stream ?? Buffer.from(''), url })
  }
  return { sender, seen }
}

/** User and password as the balancer writes them. */
const OF_HOST = 'Basic dTpw'
const HOSTS = ['http://u:p@a', 'http://u:p@c']

function follow(sender: Sender, request: BackendRequest, sendBodyOnRedirect = false): Promise<BackendResponse> {
  return followRedirects(sender, { sendBodyOnRedirect, hosts: HOSTS })(request, Scope.root())
}

test('relative and absolute targets, with a Referer', async () => {
  const { sender, seen } = scripted({ 'http://a/x?q=1': [301, '/y?z'], 'http://a/y?z': [302, 'http://b:81/w'] })
  const response = await follow(sender, requestTo('http://a', '/x?q=1'))
  assert.equal(response.url, 'http://b:81/w')
  assert.deepEqual(
    seen.map(({ headers }) => headers.get('Referer')),
    [undefined, 'http://a/x?q=1', 'http://a/y?z'],
  )
})

test('a Host header of its own stays until a redirect names a host', async () => {
  const { sender, seen } = scripted({ 'http://a/x': [302, '/y'], 'http://a/y': [302, 'http://b/z'], 'http://b/z': [302, '/end'] })
  await follow(sender, requestTo('http://a', '/x', { host: 'virtual.example' }))
  assert.deepEqual(
    seen.map(({ host }) => host),
    ['virtual.example', 'virtual.example', undefined, undefined],
  )
})

test('user and password of a host go to hosts of that backend only, those of the client where the name is the same', async () => {
  const script: Record<string, [number, string?]> = {
    'http://a/x': [302, 'http://c/'],
    'http://a/y': [302, 'http://a:81/'],
    'http://a/z': [302, '/'],
  }
  for (const [path, sent, expected] of [
    ['/z', OF_HOST, OF_HOST],
    ['/y', OF_HOST, undefined],
    ['/y', 'Bearer mine', 'Bearer mine'],
    ['/x', OF_HOST, undefined],
  ] as const) {
    const { sender, seen } = scripted(script)
    await follow(sender, requestTo('http://a', path, { headers: new HeaderMap(['Authorization', sent]) }))
    assert.equal(seen[1]?.headers.get('Authorization'), expected, `${path} ${sent}`)
  }
})

test('301, 302 and 303 turn everything but HEAD into GET without body', async () => {
  for (const status of [301, 302, 303]) {
    const { sender, seen } = scripted({ 'http://a/x': [status, '/y'] })
    await follow(sender, requestTo('http://a', '/x', { method: 'POST', body: bodyOf(Buffer.from('b')) }))
    assert.equal(seen[1]?.method, 'GET')
    assert.equal(seen[1]?.body.length, 0)
    await follow(sender, requestTo('http://a', '/x', { method: 'HEAD' }))
    assert.equal(seen[3]?.method, 'HEAD')
  }
})

test('307 and 308 repeat the request; one with a body only when the body was kept', async () => {
  for (const status of [307, 308]) {
    const { sender, seen } = scripted({ 'http://a/x': [status, '/y'] })
    const post = requestTo('http://a', '/x', { method: 'POST', body: bodyOf(Buffer.from('b')) })
    assert.equal((await follow(sender, post)).statusCode, status)
    assert.equal((await follow(sender, post, true)).statusCode, 200)
    assert.equal(seen.at(-1)?.method, 'POST')
    assert.equal(String(await seen.at(-1)?.body.bytes()), 'b')
    assert.equal((await follow(sender, requestTo('http://a', '/x', { method: 'POST' }))).statusCode, 200)
    assert.equal(seen.at(-1)?.method, 'POST')
  }
})

test('without Location, and for other 3xx, the answer is the answer', async () => {
  const { sender } = scripted({ 'http://a/x': [302], 'http://a/y': [304, '/z'], 'http://a/w': [300, '/z'] })
  for (const [path, status] of [
    ['/x', 302],
    ['/y', 304],
    ['/w', 300],
  ] as const) {
    assert.equal((await follow(sender, requestTo('http://a', path))).statusCode, status)
  }
})

test('nine redirects are followed, not ten', async () => {
  const chain = (length: number): Record<string, [number, string?]> =>
    Object.fromEntries(Array.from({ length }, (_, i) => [`http://a/${i}`, [302, `/${i + 1}`]]))
  assert.equal((await follow(scripted(chain(9)).sender, requestTo('http://a', '/0'))).statusCode, 200)
  await assert.rejects(follow(scripted(chain(10)).sender, requestTo('http://a', '/0')), {
    message: 'Get "/10": stopped after 10 redirects',
  })
})

test('secrets stay with the host they are for, and do not come back', async () => {
  const secrets = new HeaderMap(['Authorization', 'x', 'Cookie', 'y', 'X-Other', 'z'])
  const names = async (...locations: string[]): Promise<string[]> => {
    const urls = ['http://a.test/0', ...locations]
    const { sender, seen } = scripted(Object.fromEntries(locations.map((to, i) => [urls[i] as string, [302, to]])))
    await follow(sender, requestTo('http://a.test', '/0', { headers: secrets }))
    return (seen.at(-1) as BackendRequest).headers.names().filter((name) => name !== 'Referer')
  }
  const all = ['Authorization', 'Cookie', 'X-Other']
  assert.deepEqual(await names('http://a.test:81/'), all)
  assert.deepEqual(await names('http://sub.a.test/'), all)
  assert.deepEqual(await names('http://xa.test/'), ['X-Other'])
  assert.deepEqual(await names('http://b.test/1', 'http://a.test/2'), ['X-Other'])
})

test('no Referer from TLS to clear text', async () => {
  const { sender, seen } = scripted({ 'https://a/x': [302, 'http://a/y'] })
  await follow(sender, requestTo('https://a', '/x'))
  assert.equal(seen[1]?.headers.has('Referer'), false)
})

test('a Location that is no URL', async () => {
  const { sender } = scripted({ 'http://a/x': [302, 'http://['] })
  await assert.rejects(follow(sender, requestTo('http://a', '/x')), /failed to parse Location header/)
})

test('user and password of a Location are used there, unless the client has its own', async () => {
  const locations: Record<string, [number, string?]> = {
    'http://a/x': [302, 'http://me:too@b/y'],
    'http://b/y': [302, '/z'],
    'http://b/z': [302, 'http://b/w'],
  }
  const authorizations = async (sent: string | null): Promise<(string | undefined)[]> => {
    const { sender, seen } = scripted(locations)
    await follow(sender, requestTo('http://a', '/x', { headers: new HeaderMap(sent === null ? [] : ['Authorization', sent]) }))
    return seen.map(({ headers }) => headers.get('Authorization'))
  }
  const basic = `Basic ${btoa('me:too')}`
  assert.deepEqual(await authorizations(null), [undefined, basic, basic, undefined])
  assert.deepEqual(await authorizations(OF_HOST), [OF_HOST, basic, basic, undefined])
  const { sender, seen } = scripted({ 'http://a/x': [302, 'http://me:too@a/y'] })
  await follow(sender, requestTo('http://a', '/x', { headers: new HeaderMap(['Authorization', 'Bearer mine']) }))
  assert.equal(seen[1]?.headers.get('Authorization'), 'Bearer mine')
})

test('a 307 behind a 303 is the answer when the first request had a body', async () => {
  const script: Record<string, [number, string?]> = { 'http://a/x': [303, '/y'], 'http://a/y': [307, '/z'] }
  const post = (body: BackendRequest['body']): BackendRequest => requestTo('http://a', '/x', { method: 'POST', body })
  assert.equal((await follow(scripted(script).sender, post(bodyOf(Buffer.from('b'))))).statusCode, 307)
  assert.equal((await follow(scripted(script).sender, post(NO_BODY))).statusCode, 200)
  const { sender, seen } = scripted(script)
  assert.equal((await follow(sender, post(bodyOf(Buffer.from('b'))), true)).statusCode, 200)
  assert.equal(seen.at(-1)?.body.length, 0)
})
