// What `plugin/middleware` promises: it sees failures, may ask again or answer itself, and its time is the endpoint's.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { GatewayError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { reply } from '../../../plugins/answers.ts'
import { HttpError } from '../../../plugins/http-error.ts'
import { endpointFile, openWith, plugin } from '../../../plugins/test-gateway.ts'
import type { Next, PluginRequest } from '../../../plugins/types.ts'
import { makeBackendResponse, type MemoryGatewayInit } from '../../../testing/index.ts'

type Handler = (request: PluginRequest, next: Next) => unknown

const BROKEN = new GatewayError('broken', { code: 'ERR_BACKEND_DIAL', source: 'backend' })

async function ask(handler: Handler, init: MemoryGatewayInit = {}, { more = {}, request = {} }: { more?: object; request?: object } = {}) {
  const file = { ...endpointFile({ 'plugin/middleware': { name: ['m'] } }, more), extra_config: { router: { return_error_msg: true } } }
  const gateway = await openWith([plugin('m', 'middleware', handler)], file, init)
  const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/7?q=1&hidden=2', ...request })
  return { statusCode, body: answered.body, headers: responseHeaders, lines: gateway.lines }
}

test('a failure can be answered, and the backend asked again', async () => {
  let calls = 0
  const backend = () => (++calls < 3 ? Promise.reject(BROKEN) : Promise.resolve(makeBackendResponse('{"a":1}')))
  const retried = await ask(
    async (_request, next) => {
      for (;;) {
        const response = await next().catch(() => null)
        if (response !== null) return response
      }
    },
    { backend },
  )
  assert.equal(calls, 3)
  assert.equal(retried.body, '{"a":1}')
  const replaced = await ask(
    async (_request, next) => {
      try {
        return await next()
      } catch (error) {
        const { status, code, message } = error as GatewayError
        return reply({ status: 207, data: { status, code, message } })
      }
    },
    { backend: () => Promise.reject(BROKEN) },
  )
  assert.equal(replaced.statusCode, 207)
  assert.equal(replaced.body, '{"status":500,"code":"ERR_BACKEND_DIAL","message":"broken"}')
})

test('a partial merge resolves, with what there is and why it is not all', async () => {
  const backends = ['/a', '/b'].map((url_pattern) => ({ host: ['http://b'], url_pattern }))
  const backend = ({ path }: BackendRequest) =>
    path.startsWith('/a') ? Promise.resolve(makeBackendResponse('{"a":1}')) : Promise.reject(BROKEN)
  const seen: unknown[] = []
  const { headers } = await ask(
    async (_request, next) => {
      const response = await next()
      seen.push(response.complete, response.error?.message, response.data)
    },
    { backend },
    { more: { backend: backends } },
  )
  assert.deepEqual(seen, [false, 'broken', { a: 1 }])
  assert.equal(headers.get('X-Krakend-Completed'), 'false')
})

test('an error of next that is thrown on stays itself', async () => {
  const rethrown = await ask(
    async (_request, next) => {
      const response = await next().catch((error: unknown) => error)
      if (response instanceof Error) throw response
      return response
    },
    { backend: () => Promise.reject(new GatewayError('gone', { code: 'ERR_X', statusCode: 410 })) },
  )
  assert.deepEqual([rethrown.statusCode, rethrown.body], [410, 'gone'])
})

describe('what is thrown', () => {
  test('an HttpError is what the client gets, whatever return_error_msg says', async () => {
    const text = await ask(() => {
      throw new HttpError(401, 'who are you?', { headers: { 'WWW-Authenticate': ['Basic', 'Bearer'] } })
    })
    assert.deepEqual([text.statusCode, text.body, text.headers.get('Content-Type')], [401, 'who are you?', 'text/plain; charset=utf-8'])
    assert.deepEqual(text.headers.values('Www-Authenticate'), ['Basic', 'Bearer'])
    const json = await ask(() => Promise.reject(new HttpError(422, { wrong: ['id'] })))
    assert.deepEqual([json.body, json.headers.get('Content-Type')], ['{"wrong":["id"]}', 'application/json'])
    assert.equal((await ask(() => Promise.reject(new HttpError(418)))).body, null)
  })
  test('an object with a status is as an error of KrakenD: its text only with return_error_msg, with its encoding as type', async () => {
    const { statusCode, body, headers } = await ask(() => {
      // oxlint-disable-next-line no-throw-literal -- what plugins do
      throw { statusCode: 429, message: '{"s":"ko"}', encoding: 'application/json' }
    })
    assert.deepEqual([statusCode, body, headers.get('Content-Type')], [429, '{"s":"ko"}', 'application/json'])
  })
  test('a bug is a 500 without its text, and a line with its place', async () => {
    const { statusCode, body, lines } = await ask(() => {
      throw new TypeError('secret /etc/x')
    })
    assert.deepEqual([statusCode, body], [500, 'internal server error'])
    assert.match(lines.join('\n'), /ERROR \[ENDPOINT: \/x\/:id\]\[PLUGIN: m\] TypeError: secret \/etc\/x/)
    assert.equal(lines.filter((line) => line.startsWith('ERROR')).length, 1)
  })
  test('other statuses are no answer', async () => {
    assert.equal((await ask(() => Promise.reject(Object.assign(new Error('x'), { status: 200 })))).statusCode, 500)
  })
})

describe('what is returned', () => {
  test('nothing means the answer of next, changed in place, awaited or not', async () => {
    const changed = await ask(async (_request, next) => {
      const response = await next()
      response.data.b = 2
    })
    assert.equal(changed.body, '{"ok":true,"b":2}')
    assert.equal((await ask((_request, next) => void next())).body, '{"ok":true}')
  })
  test('nothing without next, a text, a list and an unknown member are errors that name the plugin', async () => {
    for (const [given, text] of [
      [undefined, 'neither answered nor called next'],
      ['hello', 'returned a string, which is no answer'],
      [[1], 'returned a list'],
      [{ statusCode: 200 }, 'unknown member "statusCode"'],
      [{ data: {}, body: '' }, 'data and a body'],
      [{ status: 99 }, 'a status is an integer from 200 to 599'],
      [{ headers: { 'X-A': 'a\r\nB: c' } }, 'cannot hold line ends'],
    ] as const) {
      const { statusCode, lines } = await ask(() => given)
      assert.equal(statusCode, 500)
      assert.ok(
        lines.some((line) => line.includes(text)),
        `${text} in ${lines.join('\n')}`,
      )
    }
  })
  test('bytes go past the encoding, with their own type', async () => {
    const { statusCode, body, headers } = await ask(() => reply({ status: 202, body: 'hi', headers: { 'X-Own': '1' } }))
    assert.deepEqual([statusCode, body, headers.get('Content-Type'), headers.get('X-Own')], [202, 'hi', 'text/plain; charset=utf-8', '1'])
    const streamed = await ask(() => new Response(new Blob(['<p>']).stream(), { headers: { 'Content-Type': 'text/html' } }))
    assert.deepEqual([streamed.body, streamed.headers.get('Content-Type')], ['<p>', 'text/html'])
  })
  test('data that is no object is wrapped as that of a backend would be', async () => {
    assert.equal((await ask(() => reply({ data: [1] }))).body, '{"collection":[1]}')
    assert.equal((await ask(() => reply({ data: 'a' }))).body, '{"content":"a"}')
  })
})

describe('time', () => {
  test('a handler that hangs is cut at the endpoint’s deadline, and told of once', async () => {
    const { statusCode, lines } = await ask(() => new Promise(() => {}), {}, { more: { timeout: '30ms' } })
    assert.equal(statusCode, 500)
    assert.ok(lines.includes('WARNING [ENDPOINT: /x/:id][PLUGIN: m] was still running when the time was up'), lines.join('\n'))
  })
  test('a slow backend is not the plugin’s fault', async () => {
    const { statusCode, lines } = await ask(
      async (_request, next) => await next(),
      { backend: (_request, scope) => new Promise((_resolve, reject) => scope.onEnd(reject)) },
      { more: { timeout: '30ms' } },
    )
    assert.equal(statusCode, 500)
    assert.doesNotMatch(lines.join('\n'), /was still running/)
  })
  test('what still runs when the handler is done is cut', async () => {
    let ended = false
    const { body } = await ask(
      (_request, next) => {
        void next()
        return reply({ data: { early: true } })
      },
      {
        backend: (_request, scope) =>
          new Promise((_resolve, reject) =>
            scope.onEnd((reason) => {
              ended = true
              reject(reason)
            }),
          ),
      },
    )
    assert.equal(body, '{"early":true}')
    assert.equal(ended, true)
  })
})

describe('bytes of a plugin further in, at an endpoint that decodes', () => {
  const throughBoth = async (outer: Handler, body: string | Readable, kind = 'middleware') => {
    const inner = () => reply({ status: 403, body, headers: { 'Content-Type': 'text/html' } })
    const isHandler = kind === 'middleware'
    const plugins = [plugin('o', 'middleware', outer), plugin('i', kind, isHandler ? inner : { request: inner })]
    const outside = { 'plugin/middleware': { name: isHandler ? ['o', 'i'] : ['o'] } }
    const blocks = isHandler ? outside : { ...outside, 'plugin/req-resp-modifier': { name: ['i'] } }
    const gateway = await openWith(plugins, endpointFile(blocks))
    const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/x/1' })
    return { statusCode, body: answered.body, headers: responseHeaders }
  }

  test('stay what they are when status and headers change', async () => {
    const kinds: string[] = []
    const stamp: Handler = async (_request, next) => {
      const response = await next()
      kinds.push(response.kind)
      response.status = 451
      response.headers.set('X-Stamp', '1')
    }
    for (const kind of ['middleware', 'req-resp-modifier'])
      for (const bytes of ['<p>', Readable.from([Buffer.from('<p>')])]) {
        const { statusCode, body, headers } = await throughBoth(stamp, bytes, kind)
        assert.deepEqual([statusCode, body, headers.get('Content-Type'), headers.get('X-Stamp')], [451, '<p>', 'text/html', '1'])
      }
    assert.deepEqual(kinds, ['raw', 'raw', 'raw', 'raw'])
  })
  test('can be read and replaced', async () => {
    const read = await throughBoth(async (_request, next) => reply({ data: { was: await (await next()).text() } }), 'plain')
    assert.equal(read.body, '{"was":"plain"}')
    const written = await throughBoth(async (_request, next) => {
      const response = await next()
      response.body = `${await response.text()}!`
    }, '<p>')
    assert.deepEqual([written.statusCode, written.body], [403, '<p>!'])
  })
  test('are let go of as a stream when something else goes on', async () => {
    const stream = new Readable({ read() {} })
    const { body } = await throughBoth(async (_request, next) => {
      await next()
      return reply({ data: { a: 1 } })
    }, stream)
    assert.equal(body, '{"a":1}')
    assert.equal(stream.destroyed, true)
  })
})

test('at a backend bytes are decoded, without its status policy and filters; what the backend said is there', async () => {
  const backend = { extra_config: { 'plugin/middleware': { name: ['b'] } }, allow: ['kept'] }
  const made = await openWith([plugin('b', 'middleware', () => reply({ status: 202, body: '{"a":1}' }))], endpointFile({}, {}, backend))
  const answer = await made.ask({ target: '/x/1' })
  assert.deepEqual([answer.statusCode, answer.answered.body], [202, '{"a":1}'])
  const told = plugin('b', 'middleware', async (_request: PluginRequest, next: Next) => {
    const response = await next()
    response.data.of = [response.backend?.status, response.backend?.headers.get('x-b'), response.backend?.url]
  })
  const gateway = await openWith([told], endpointFile({}, {}, { ...backend, allow: [] }), {
    backend: () => Promise.resolve(makeBackendResponse('{"kept":1}', { headers: new HeaderMap(['X-B', 'y']) })),
  })
  assert.equal((await gateway.ask({ target: '/x/1' })).answered.body, '{"kept":1,"of":[200,"y","http://b/b"]}')
})

test('bytes that a backend’s encoding cannot read are a failure of that backend', async () => {
  const backend = { extra_config: { 'plugin/middleware': { name: ['b'] } } }
  const gateway = await openWith([plugin('b', 'middleware', () => reply({ body: '<p>' }))], endpointFile({}, {}, backend))
  assert.equal((await gateway.ask({ target: '/x/1' })).statusCode, 500)
})
