// What `_gw/forward-auth` promises: whom it asks what, who gets in, and that nobody does while the service is silent.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Site } from '../../../engine/compile/component.ts'
import { HeaderMap, type ReadonlyHeaders } from '../../../engine/headers.ts'
import { callFields, droppedHeaders, requestId } from '../../../engine/ports.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../../engine/types.ts'
import {
  answerOf,
  buildFor,
  checkOptions,
  configOf,
  type ExchangeInit,
  makeBackendResponse,
  makeExchange,
  makeSite,
  openInMemory,
  type RecordedExchange,
} from '../../../testing/index.ts'
import { forwardAuth } from './index.ts'

const URL_OF_SERVICE = 'http://auth:9000/check?for=gw'

/** An answer of the service; fields as name, value … */
function says(statusCode: number, fields: string[] = [], body = ''): BackendResponse {
  return makeBackendResponse(body, { statusCode, headers: new HeaderMap(fields) })
}

interface Asked {
  readonly exchange: RecordedExchange
  readonly questions: readonly BackendRequest[]
  /** Whether the request went on. */
  readonly isIn: boolean
  readonly site: ReturnType<typeof makeSite>
}

async function ask(
  answer: BackendResponse | Error | Sender,
  block: object = {},
  init: ExchangeInit = {},
  overrides: Partial<Site> = {},
): Promise<Asked> {
  const questions: BackendRequest[] = []
  const transport: Sender = async (request, scope) => {
    questions.push(request)
    if (typeof answer === 'function') return answer(request, scope)
    if (answer instanceof Error) throw answer
    return answer
  }
  const site = makeSite({ transport, ...overrides }, { endpoint: {} })
  const layer = buildFor(forwardAuth, { url: URL_OF_SERVICE, ...block }, site)
  assert.ok(layer !== null && !(layer instanceof Promise))
  let isIn = false
  const handle = layer((exchange) => {
    isIn = true
    exchange.answer(200)
  })
  const exchange = makeExchange({ target: '/orders/7?p=1&q=%2F', ...init })
  requestId.set(exchange.scope, 'id-1')
  return { exchange: await answerOf(handle, exchange), questions, isIn, site }
}

function fieldsOf(headers: ReadonlyHeaders | undefined): Record<string, string[]> {
  return Object.fromEntries((headers?.names() ?? []).map((name) => [name, headers?.values(name) ?? []]))
}

const own = {
  'X-Forwarded-Method': ['GET'],
  'X-Forwarded-Proto': ['http'],
  'X-Forwarded-Host': ['gateway.test'],
  'X-Forwarded-Uri': ['/orders/7?p=1&q=%2F'],
  'X-Forwarded-For': ['127.0.0.1'],
  'User-Agent': ['KrakenD Version test'],
}

describe('the question', () => {
  test('is a GET with the fields of the list, and what the gateway itself says of the request', async () => {
    const headers = {
      Authorization: 'Bearer x',
      Cookie: ['a=1', 'b=2'],
      'X-Other': '1',
      'User-Agent': 'curl',
      'X-Forwarded-Uri': '/forged',
      'X-Forwarded-For': '9.9.9.9',
    }
    const { questions, isIn } = await ask(says(200), {}, { headers })
    assert.equal(isIn, true)
    const [question] = questions
    assert.deepEqual(
      [question?.method, question?.origin, question?.path, question?.body.length],
      ['GET', 'http://auth:9000', '/check?for=gw', 0],
    )
    assert.deepEqual(fieldsOf(question?.headers), { Authorization: ['Bearer x'], Cookie: ['a=1', 'b=2'], ...own })
  })

  test('with all fields leaves out what is not the service’s business', async () => {
    const left = { 'X-A': '1', Accept: 'text/html', 'User-Agent': 'curl' }
    const gone = {
      'If-None-Match': 'x',
      Range: 'bytes=0-1',
      'Content-Type': 'a/b',
      'Content-Length': '3',
      Upgrade: 'x',
      Te: 'trailers',
      Forwarded: 'for=1',
      'X-Real-Ip': '1',
      'X-Forwarded-Port': '1',
    }
    const { questions } = await ask(says(200), { request_headers: ['*'] }, { headers: { ...left, ...gone } })
    assert.deepEqual(fieldsOf(questions[0]?.headers), { ...own, 'X-A': ['1'], Accept: ['text/html'], 'User-Agent': ['curl'] })
  })

  test('says how the client came, and what the request is called', async () => {
    const site = makeSite()
    callFields(site).set('X-Request-Id', requestId)
    const { questions } = await ask(says(200), {}, { method: 'HEAD', isSecure: true, headers: { Host: 'shop' } }, { once: site.once })
    const fields = fieldsOf(questions[0]?.headers)
    assert.deepEqual(
      [questions[0]?.method, fields['X-Forwarded-Method'], fields['X-Forwarded-Proto'], fields['X-Forwarded-Host'], fields['X-Request-Id']],
      ['GET', ['HEAD'], ['https'], ['shop'], ['id-1']],
    )
  })

  test('takes a body along up to a size, and leaves it to the endpoint', async () => {
    const init = { method: 'POST', body: 'abc', headers: { 'Content-Type': 'text/x' } }
    const { questions, exchange } = await ask(says(200), { forward_body: 3 }, init)
    const [question] = questions
    assert.deepEqual(
      [question?.method, String(await question?.body.bytes()), question?.headers.get('Content-Type')],
      ['POST', 'abc', 'text/x'],
    )
    assert.equal(String(await exchange.body.bytes()), 'abc')
    const larger = await ask(says(200), { forward_body: 2 }, init)
    assert.deepEqual([larger.exchange.statusCode, larger.questions.length, larger.isIn], [413, 0, false])
    assert.equal((await ask(says(200), {}, init)).questions[0]?.body.length, 0)
  })
})

describe('a good answer', () => {
  test('gives the request its fields, and takes those away that it does not have', async () => {
    const headers = { 'X-User': ['forged', 'twice'], 'X-Team': 'forged', 'X-Other': 'kept' }
    const answer = says(204, ['X-User', 'ann', 'X-Roles', 'a', 'X-Roles', 'b', 'X-Secret', '1'])
    const { exchange, isIn } = await ask(answer, { response_headers: ['x-user', 'X-Team', 'X-Roles'] }, { headers })
    assert.equal(isIn, true)
    assert.deepEqual(fieldsOf(exchange.headers), { 'X-Other': ['kept'], 'X-User': ['ann'], 'X-Roles': ['a', 'b'] })
  })

  test('gives the client the cookies of the list', async () => {
    const answer = says(200, ['Set-Cookie', 'session=1; Path=/', 'Set-Cookie', 'other=2', 'Set-Cookie', 'session', 'X-A', '1'])
    const cookies = async (names: string[]): Promise<Record<string, string[]>> =>
      fieldsOf((await ask(answer, { response_cookies: names })).exchange.responseHeaders)
    assert.deepEqual(await cookies([]), {})
    assert.deepEqual(await cookies(['session']), { 'Set-Cookie': ['session=1; Path=/'] })
    assert.deepEqual(await cookies(['*']), { 'Set-Cookie': ['session=1; Path=/', 'other=2', 'session'] })
  })
})

describe('any other answer is the client’s', () => {
  test('with status, fields, cookies and body', async () => {
    const fields = [
      'Location',
      '/login',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Connection',
      'close',
      'Content-Length',
      '99',
      'Access-Control-Allow-Origin',
      '*',
    ]
    const site = makeSite()
    site.provide(droppedHeaders, (name) => name.startsWith('Access-Control-'))
    const { exchange, isIn } = await ask(says(302, fields, 'go'), { response_headers: ['X-User'] }, {}, { ask: (port) => site.ask(port) })
    assert.deepEqual([exchange.statusCode, exchange.answered.body, isIn], [302, 'go', false])
    assert.deepEqual(fieldsOf(exchange.responseHeaders), { Location: ['/login'], 'Set-Cookie': ['a=1', 'b=2'] })
  })

  for (const status of [300, 304, 400, 401, 403, 404, 429, 499]) {
    test(String(status), async () => {
      const { exchange, isIn } = await ask(says(status, ['Www-Authenticate', 'Basic'], 'no'))
      assert.deepEqual([exchange.statusCode, isIn, exchange.responseHeaders.get('Www-Authenticate')], [status, false, 'Basic'])
      assert.equal(exchange.answered.body, status === 304 ? null : 'no')
    })
  }
})

describe('nobody gets in while the service is silent', () => {
  for (const [what, answer] of Object.entries({
    500: says(500, ['X-User', 'ann'], 'trace'),
    503: says(503),
    101: says(101),
    600: says(600),
    error: new Error('connect ECONNREFUSED'),
  })) {
    test(what, async () => {
      const { exchange, isIn, site } = await ask(answer, { response_headers: ['X-User'] })
      assert.deepEqual([exchange.statusCode, exchange.answered.body, isIn, exchange.headers.has('X-User')], [503, null, false, false])
      assert.equal(site.lines.filter((line) => line.includes('the service fails')).length, 1)
    })
  }

  test('not in time', async () => {
    const { exchange, isIn } = await ask((_request, scope) => new Promise((_resolve, reject) => scope.onEnd(reject)), { timeout: '20ms' })
    assert.deepEqual([exchange.statusCode, isIn], [503, false])
  })

  test('a client that leaves is no failure of the service', async () => {
    const leave: Sender = (_request, scope) =>
      new Promise((_resolve, reject) => {
        scope.onEnd(reject)
        started.resolve()
      })
    const started = Promise.withResolvers<void>()
    const site = makeSite({ transport: leave }, { endpoint: {} })
    const layer = buildFor(forwardAuth, { url: URL_OF_SERVICE }, site)
    assert.ok(layer !== null && !(layer instanceof Promise))
    const exchange = makeExchange()
    const serving = Promise.resolve(layer(() => assert.fail('it got in'))(exchange))
    await started.promise
    exchange.scope.end()
    await assert.rejects(serving, { code: 'ERR_CANCELED' })
    assert.deepEqual(site.lines, [])
  })
})

test('the log says once that the service fails, and that it is back', async () => {
  let status = 500
  const site = makeSite({ transport: async () => says(status) }, { endpoint: {} })
  const layer = buildFor(forwardAuth, { url: URL_OF_SERVICE }, site)
  assert.ok(layer !== null && !(layer instanceof Promise))
  for (const next of [500, 200, 200, 500]) {
    await answerOf(
      layer((exchange) => exchange.answer(200)),
      makeExchange(),
    )
    status = next
  }
  assert.deepEqual(
    site.lines.map((line) => line.replace(/^\w+ \[.*?\]/, '')),
    ['[ForwardAuth] the service fails, requests are answered 503: status 500', '[ForwardAuth] the service answers again'],
  )
})

test('it is asked behind the validator and before limits; preflights are not its business', async () => {
  const asked: string[] = []
  const block = { '_gw/forward-auth': { url: URL_OF_SERVICE } }
  const limit = { 'qos/ratelimit/router': { max_rate: 1, capacity: 1, every: '1h' } }
  const endpoint = (path: string, more: object): object => ({
    endpoint: path,
    backend: [{ url_pattern: '/x', host: ['http://b:80'] }],
    extra_config: { ...block, ...more },
  })
  const file = {
    extra_config: { 'security/cors': {} },
    endpoints: [endpoint('/open', limit), endpoint('/closed', { 'auth/validator': { alg: 'RS256', jwk_url: 'https://x' } })],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend({ origin }) {
      asked.push(origin)
      return origin === 'http://auth:9000' ? says(asked.length === 1 ? 401 : 200) : makeBackendResponse('{"ok":1}')
    },
  })
  const statuses = []
  for (const target of ['/open', '/open', '/open', '/closed']) statuses.push((await gateway.ask({ target })).statusCode)
  // The refused one has cost no limit.
  assert.deepEqual(statuses, [401, 200, 503, 401])
  const preflight = { Origin: 'https://a', 'Access-Control-Request-Method': 'GET' }
  assert.equal((await gateway.ask({ method: 'OPTIONS', target: '/open', headers: preflight })).statusCode, 204)
  assert.deepEqual(asked, ['http://auth:9000', 'http://auth:9000', 'http://b:80', 'http://auth:9000'])
})

test('what cannot be meant is refused', () => {
  const cases: [object, string][] = [
    [{}, 'error url'],
    [{ url: 'auth:80' }, 'error url: "auth:80" is no URL'],
    [{ url: 'http://u:p@auth' }, 'error url: user and password'],
    [{ timeout: '0s' }, 'error timeout'],
    [{ timeout: 2 }, 'error timeout'],
    [{ forward_body: -1 }, 'error forward_body'],
    [{ request_headers: ['a b'] }, 'error request_headers[0]: "a b" is no name'],
    [{ response_headers: ['*'] }, 'error response_headers[0]: each field is named'],
    [{ response_headers: ['X', 'transfer-encoding'] }, 'error response_headers[1]: "transfer-encoding" belongs'],
    [{ response_headers: ['Host'] }, 'error response_headers[0]: "Host" belongs'],
    [{ response_cookies: ['a=b'] }, 'error response_cookies[0]'],
    [{ cache: '1s' }, 'error cache: unknown option'],
  ]
  for (const [block, start] of cases) {
    const given = 'url' in block || Object.keys(block).length === 0 ? block : { url: URL_OF_SERVICE, ...block }
    const found = checkOptions(forwardAuth, given)
    assert.ok(
      found.some((line) => line.startsWith(start)),
      `${JSON.stringify(block)}: ${found.join(' | ')}`,
    )
  }
  assert.deepEqual(checkOptions(forwardAuth, { url: 'https://auth', request_headers: ['*'], response_cookies: ['*'] }), [])
})
