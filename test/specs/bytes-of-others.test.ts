// Bytes of clients and backends that are no UTF-8, and answers that are too large: the whole way through the gateway.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { endpoint, type RawBackend, request, sendRaw, serve, startRawBackend, type TestGateway } from '../kit.ts'

const LATIN1 = 'nicht gef\xfchrt'

function says(status: string, body: string, fields = ''): Buffer {
  return Buffer.from(`HTTP/1.1 ${status}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1')
}

const ANSWERS: Readonly<Record<string, Buffer>> = {
  '/first': says('200 OK', 'caf\xe9', 'Content-Type: text/plain\r\n'),
  '/error': says('404 Not Found', LATIN1, 'Content-Type: text/plain; charset=iso-8859-1\r\n'),
  '/large': says('200 OK', `{"a":"${'x'.repeat(200)}"}`),
  '/large-error': says('404 Not Found', 'x'.repeat(200)),
}

suite('bytes of others', () => {
  let gateway: TestGateway
  let backend: RawBackend
  const asked: string[] = []

  before(async () => {
    backend = await startRawBackend((socket, head) => {
      const target = head.split(' ')[1] as string
      asked.push(target)
      socket.write(ANSWERS[target] ?? says('200 OK', '{"a":1}'))
    })
    const code = { 'backend/http': { return_error_code: true } }
    const limit = { '_gw/backend': { max_response_bytes: 100 } }
    const sequence = endpoint('/sequence', backend.url, { extra_config: { proxy: { sequential: true } } })
    const second = { host: [backend.url], url_pattern: '/second/{resp0_content}' }
    gateway = await serve({
      extra_config: { router: { return_error_msg: true }, '_gw/backend': { max_response_bytes: 5000 } },
      echo_endpoint: true,
      endpoints: [
        endpoint('/b/{id}', backend.url, { input_query_strings: ['*'] }),
        { ...sequence, backend: [{ host: [backend.url], url_pattern: '/first', encoding: 'string' }, second] },
        endpoint('/error', backend.url, {}, { extra_config: code }),
        endpoint('/errors', backend.url, {
          backend: ['/error', '/error'].map((path) => ({ host: [backend.url], url_pattern: path, extra_config: code })),
        }),
        endpoint('/details', backend.url, {}, { url_pattern: '/error', extra_config: { 'backend/http': { return_error_details: 'b' } } }),
        endpoint('/large', backend.url, {}, { extra_config: limit }),
        endpoint('/large-by-service', backend.url, {}, { url_pattern: '/large' }),
        endpoint('/large-error', backend.url, {}, { extra_config: { ...code, ...limit } }),
        endpoint(
          '/large-stream',
          backend.url,
          { output_encoding: 'no-op' },
          { url_pattern: '/large', encoding: 'no-op', extra_config: limit },
        ),
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  async function targetsOf(path: string): Promise<string[]> {
    asked.length = 0
    await sendRaw(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    return [...asked]
  }

  async function get(path: string): Promise<string> {
    return sendRaw(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  }

  test('paths and queries reach the backend as they came, UTF-8 as UTF-8', async () => {
    assert.deepEqual(await targetsOf('/b/caf%E9?q=%e9&u=%C3%A9'), ['/b/caf%E9?q=%E9&u=%C3%A9'])
    assert.deepEqual(await targetsOf('/b/caf%C3%A9?%ff=1'), ['/b/caf%C3%A9?%FF=1'])
  })

  test('so do texts of earlier answers', async () => {
    assert.deepEqual(await targetsOf('/sequence'), ['/first', '/second/caf%E9'])
  })

  test('JSON has U+FFFD for them, as Go writes it', async () => {
    const echo = JSON.parse((await request(gateway.port, '/__echo/caf%E9?q=%E9')).body) as Record<string, unknown>
    assert.deepEqual(echo['req_querystring'], { q: ['\ufffd'] })
    assert.equal((echo['req_uri_details'] as Record<string, unknown>)['path'], '/__echo/caf\ufffd')
    const { body } = await request(gateway.port, '/details')
    assert.equal((JSON.parse(body) as { error_b: { http_body: string } }).error_b.http_body, 'nicht gef\ufffdhrt')
  })

  test('errors of backends leave byte for byte, alone and joined', async () => {
    assert.match(await get('/error'), new RegExp(`^HTTP/1.1 404 .*charset=iso-8859-1\r\n.*\r\n\r\n${LATIN1}$`, 's'))
    assert.match(await get('/errors'), new RegExp(`^HTTP/1.1 500 .*\r\n\r\n${LATIN1}\n${LATIN1}$`, 's'))
  })

  test('an answer that is too large is refused where it would be kept; the limit of the backend stands above that of the service', async () => {
    const refused = await request(gateway.port, '/large')
    assert.deepEqual([refused.status, refused.body], [500, 'response body of more than 100 bytes'])
    assert.equal((await request(gateway.port, '/large-by-service')).status, 200)
    assert.equal((await request(gateway.port, '/large-stream')).status, 200)
    const error = await request(gateway.port, '/large-error')
    assert.deepEqual([error.status, error.body], [404, ''])
  })
})
