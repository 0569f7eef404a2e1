// What strangers try on any program that parses: prototypes, patterns, line breaks, paths, hosts. Each ends at the gateway, or reaches the
// backend as the data that it is.

import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { runCommand } from '../../src/testing/process.ts'
import { endpoint, type RawBackend, request, sendRaw, serve, startBackend, startRawBackend } from '../kit.ts'

const SOON_MS = 2000

function answering(body: string): Promise<RawBackend> {
  return startRawBackend((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
}

/** Request lines and fields of each request that came. */
function heads(backend: RawBackend): string[] {
  return backend.received.flatMap((text) => text.split('\r\n\r\n').filter((head) => head !== ''))
}

test('members named __proto__ and constructor are data', async () => {
  const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1}'
  const backend = await answering(poison)
  const both = { url_pattern: '/x', host: [backend.url] }
  const gateway = await serve({
    endpoints: [
      endpoint('/plain', backend.url),
      { endpoint: '/merged', backend: [both, { ...both, group: '__proto__' }, { ...both, mapping: { a: '__proto__' } }] },
      endpoint('/picked', backend.url, {}, { allow: ['__proto__.polluted', 'a'] }),
    ],
  })
  assert.equal((await request(gateway.port, '/plain')).body, poison)
  for (const path of ['/merged', '/picked']) assert.equal((await request(gateway.port, path)).status, 200)
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  assert.equal(Object.hasOwn(Object, 'polluted'), false)
  await gateway.stop()
  await backend.close()
})

test('a pattern that backtracks takes no longer for a text made for it', async () => {
  const backend = await answering('{}')
  const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
  const gateway = await serve({
    endpoints: [endpoint('/x', backend.url, { method: 'POST', extra_config: { 'validation/json-schema': schema } }, { method: 'POST' })],
  })
  const startedAt = performance.now()
  const body = JSON.stringify({ a: `${'a'.repeat(50_000)}!` })
  const { status } = await request(gateway.port, '/x', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
  assert.equal(status, 400)
  assert.ok(performance.now() - startedAt < SOON_MS)
  await gateway.stop()
  await backend.close()
})

test('line breaks in paths, queries and fields make no second request and no second field', async () => {
  const backend = await answering('{}')
  const gateway = await serve({
    endpoints: [
      {
        endpoint: '/x/{id}',
        input_query_strings: ['q'],
        input_headers: ['X-A'],
        backend: [{ host: [backend.url], url_pattern: '/y/{id}' }],
      },
    ],
  })
  for (const path of ['/x/a%0d%0aX-Evil:%201', '/x/a%0d%0a%0d%0aGET%20/evil%20HTTP/1.1', '/x/a?q=b%0d%0aX-Evil:%201'])
    await request(gateway.port, path)
  await sendRaw(gateway.port, 'GET /x/a HTTP/1.1\r\nHost: a\r\nX-A: b\rX-Evil: 1\r\nConnection: close\r\n\r\n')
  assert.deepEqual(
    heads(backend).filter((head) => /\nX-Evil:|^GET \/evil/.test(head)),
    [],
  )
  await gateway.stop()
  await backend.close()
})

test('nobody chooses the host that is called', async () => {
  const backend = await answering('{}')
  const other = await answering('{}')
  const gateway = await serve({ endpoints: [endpoint('/x', backend.url, { input_headers: ['*'], input_query_strings: ['*'] })] })
  const evil = other.url.slice('http://'.length)
  await sendRaw(gateway.port, `GET ${other.url}/x HTTP/1.1\r\nHost: ${evil}\r\nConnection: close\r\n\r\n`)
  await sendRaw(gateway.port, `GET /x?host=${evil} HTTP/1.1\r\nHost: ${evil}\r\nX-Forwarded-Host: ${evil}\r\nConnection: close\r\n\r\n`)
  await sendRaw(gateway.port, `GET //${evil}/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  await sendRaw(gateway.port, `CONNECT ${evil} HTTP/1.1\r\nHost: ${evil}\r\n\r\n`)
  assert.equal(other.connections, 0)
  assert.ok(heads(backend).every((head) => !/^Host: 127\.0\.0\.1:/m.test(head) || !head.includes(`\nHost: ${evil}`)))
  await gateway.stop()
  await Promise.all([backend.close(), other.close()])
})

test('a parameter is one part of the path, however its slashes are written', async () => {
  const backend = await answering('{}')
  const gateway = await serve({ endpoints: [{ endpoint: '/x/{id}', backend: [{ host: [backend.url], url_pattern: '/public/{id}/end' }] }] })
  const ask = (path: string): Promise<string> => sendRaw(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  for (const path of ['/x/../admin', '/x/..%2fadmin', '/x/%2e%2e%2fadmin', '/x/a%252f..']) await ask(path)
  assert.deepEqual(heads(backend), [])
  // compat: two dots alone are passed on, as in KrakenD; SECURITY.md says so.
  await ask('/x/%2e%2e')
  assert.match(heads(backend).join(), /^GET \/public\/\.\.\/end /)
  await gateway.stop()
  await backend.close()
})

test('a line of the log is one line, whatever is asked for', async () => {
  const backend = await startBackend()
  const gateway = await runCommand({ version: 3, endpoints: [endpoint('/x/{id}', backend.url)] })
  await gateway.waitFor('Listening')
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.end('GET /x/a%0a[GIN]%20forged%1b[31m HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').resume()
  await gateway.waitFor('"/x/')
  assert.equal(await gateway.stop(), 0)
  assert.doesNotMatch(gateway.output(), /^\[GIN\] forged|[\x07\x1b]/m)
  await backend.close()
})
