// What `_gw/errors` and `_gw/required` promise: statuses, which body is the first that applies, and what stays inside.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SendError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { checkOptions, configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { serviceErrors } from './index.ts'

type Answer = BackendResponse | Error

const refused = new SendError('dial tcp 10.0.0.7:80: refused', { phase: 'dial' })
const late = new SendError('too late', { phase: 'headers', code: 'ERR_BACKEND_SILENT' })
const status = (statusCode: number, body = '{"inside":1}'): BackendResponse =>
  makeBackendResponse(body, { statusCode, headers: new HeaderMap(['Content-Type', 'application/x', 'Retry-After', '7', 'Server', 'b']) })
const required = { extra_config: { '_gw/required': true } }

interface Asked {
  readonly service?: object
  readonly endpoint?: object
  readonly more?: object
  readonly backends?: readonly object[]
  readonly answers?: Readonly<Record<string, Answer>>
  readonly target?: string
}

/** Asks `/e`, whose backends are `/0`, `/1` …, for an error. */
async function ask({ service, endpoint, more, backends = [{}], answers = {}, target = '/e' }: Asked) {
  const file = {
    host: ['http://b:80'],
    ...more,
    extra_config: service === undefined ? {} : { '_gw/errors': service },
    endpoints: [
      {
        endpoint: '/e',
        backend: backends.map((own, index) => ({ url_pattern: `/${index}`, ...own })),
        ...(endpoint === undefined ? null : { extra_config: { '_gw/errors': endpoint } }),
      },
    ],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend({ path }: BackendRequest) {
      const answer = answers[path] ?? makeBackendResponse(`{"from":"${path}"}`)
      if (answer instanceof Error) throw answer
      return Promise.resolve(answer)
    },
  })
  const exchange = await gateway.ask({ target })
  return { status: exchange.statusCode, body: exchange.answered.body ?? '', headers: exchange.responseHeaders }
}

test('statuses say what went wrong, and stay 500 with status krakend or without the block', async () => {
  const cases = [
    [refused, 502],
    [late, 504],
    [status(500), 502],
    [makeBackendResponse('<'), 502],
  ] as const
  for (const [answer, standard] of cases) {
    const statuses = [{}, { status: 'krakend' }, undefined].map(async (service) => {
      const answered = await ask({ ...(service === undefined ? null : { service }), answers: { '/0': answer } })
      assert.equal(answered.body, '')
      return answered.status
    })
    assert.deepEqual(await Promise.all(statuses), [standard, 500, 500])
  }
})

test('a merge whose backends all timed out is 504, otherwise 502; its problem lists them in the order of the file', async () => {
  const service = { format: 'problem+json' }
  assert.equal((await ask({ service, backends: [{}, {}], answers: { '/0': late, '/1': late } })).status, 504)
  const { status: code, body, headers } = await ask({ service, backends: [{}, {}], answers: { '/0': status(404), '/1': late } })
  assert.deepEqual([code, headers.get('Content-Type')], [502, 'application/problem+json'])
  assert.deepEqual(JSON.parse(body), {
    type: 'about:blank',
    title: 'Bad Gateway',
    status: 502,
    instance: '/e',
    code: 'ERR_MERGE',
    errors: [
      { backend: 0, status: 404, code: 'ERR_BACKEND_STATUS' },
      { backend: 1, code: 'ERR_BACKEND_TIMEOUT' },
    ],
  })
})

test('inner texts are shown only with details, those about the client always', async () => {
  const problem = { format: 'problem+json' }
  assert.doesNotMatch((await ask({ service: problem, answers: { '/0': refused } })).body, /10\.0/)
  assert.match((await ask({ service: problem, endpoint: { details: true }, answers: { '/0': refused } })).body, /"detail":"dial tcp 10\.0/)
  assert.match((await ask({ service: problem, target: '/none?a=1' })).body, /"detail":".*","instance":"\/none","code":"ERR_NOT_FOUND"/)
})

test('an answer of a backend passes as the list says, with the fields that describe it', async () => {
  const passed = await ask({ service: { passthrough: ['4xx', 503] }, answers: { '/0': status(404) } })
  assert.deepEqual([passed.status, passed.body], [404, '{"inside":1}'])
  const fields = ['Content-Type', 'Retry-After', 'Server'].map((name) => passed.headers.get(name))
  assert.deepEqual(fields, ['application/x', '7', undefined])
  const kept = await ask({ service: { passthrough: ['4xx', 503] }, answers: { '/0': status(500) } })
  assert.deepEqual([kept.status, kept.body], [502, ''])
  const large = await ask({ service: { passthrough: true }, answers: { '/0': status(404, 'x'.repeat(1_048_577)) } })
  assert.deepEqual([large.status, large.body], [502, ''])
})

test('of a merge the first of the file that answered passes', async () => {
  const answers = { '/0': refused, '/1': status(409), '/2': status(404) }
  const { status: code } = await ask({ service: { passthrough: true }, backends: [{}, {}, {}], answers })
  assert.equal(code, 409)
})

test('bodies: status before class before default, typed placeholders, values stay in their place', async () => {
  const bodies = {
    '404': { body: { code: '{status}', text: 'no {path} {{x}}', list: ['{code}'] } },
    '5xx': { body: '<p>{path}</p>', content_type: 'text/html', headers: { 'X-Own': '1' } },
    default: { body: 'sorry' },
  }
  const missing = await ask({ service: { bodies }, target: '/a"<b>' })
  assert.deepEqual(JSON.parse(missing.body), { code: 404, text: 'no /a"<b> {x}', list: ['ERR_NOT_FOUND'] })
  const failed = await ask({ service: { bodies, format: 'problem+json' }, answers: { '/0': refused }, target: '/e' })
  assert.deepEqual([failed.status, failed.body, failed.headers.get('X-Own')], [502, '<p>/e</p>', '1'])
  const own = await ask({ service: { bodies }, endpoint: { bodies: { '502': { body: 'mine' } } }, answers: { '/0': refused } })
  assert.equal(own.body, 'mine')
})

test('bodies: null is JSON, and headers have placeholders in one line', async () => {
  const headers = { 'x-code': '{code}', 'X-What': '{method} {path} é {{x}} {detail:-none}', 'X-Id': '{request_id}', 'content-type': 'a/b' }
  const bodies = { '404': { body: null }, '5xx': { body: 'x', content_type: 'text/html', headers } }
  const missing = await ask({ service: { bodies }, target: '/none' })
  assert.deepEqual([missing.body, missing.headers.get('Content-Type')], ['null', 'application/json; charset=utf-8'])
  const { headers: own } = await ask({ service: { bodies }, answers: { '/0': refused }, target: '/e' })
  assert.deepEqual(
    ['X-Code', 'X-What', 'X-Id', 'Content-Type'].map((name) => own.values(name)),
    [['ERR_BACKEND_UNREACHABLE'], ['GET /e \u00c3\u00a9 {x} none'], [], ['a/b']],
  )
  const details = { bodies: { '5xx': { headers: { 'X-Why': '{detail}' } } }, details: true }
  const twice = await ask({ service: details, backends: [{}, {}], answers: { '/0': refused, '/1': refused } })
  assert.match(String(twice.headers.get('X-Why')), /^[^\n]+ [^\n]+$/)
})

test('error_body of the router stands before a format, not before bodies', async () => {
  const router = { router: { error_body: { 404: { own: true } } } }
  const open = async (errors: object) => {
    const extra = { ...router, '_gw/errors': errors }
    const gateway = await openInMemory(configOf({ extra_config: extra, endpoints: [] }))
    return String((await gateway.ask({ target: '/none' })).answered.body)
  }
  assert.equal(await open({ format: 'problem+json' }), '{"own":true}')
  assert.equal(await open({ bodies: { '4xx': { body: 'x' } } }), 'x')
})

test('mistakes are errors', () => {
  const wrong = {
    passthrough: ['6xx'],
    bodies: { '40x': {}, '500': { body: { a: ['{stauts}', '{status'] }, content_type: 'a\n', headers: { 'a b': '', A: '{nope}' } } },
  }
  assert.deepEqual(
    checkOptions(serviceErrors, wrong)
      .map((text) => text.split(':')[0])
      .toSorted((a = '', b = '') => a.localeCompare(b)),
    [
      'error bodies.40x',
      'error bodies.500.body.a[0]',
      'error bodies.500.body.a[1]',
      'error bodies.500.content_type',
      'error bodies.500.headers.A',
      'error bodies.500.headers.a b',
      'error passthrough[0]',
    ],
  )
})

test('a required backend decides alone: its failure and its status are those of the endpoint', async () => {
  const backends = [{}, required]
  const service = { passthrough: true, format: 'problem+json' }
  assert.deepEqual((await ask({ service, backends, answers: { '/1': status(409) } })).status, 409)
  const { status: code, body } = await ask({ service, backends, answers: { '/1': makeBackendResponse('null') } })
  assert.equal(code, 502)
  assert.match(body, /"code":"ERR_BACKEND_BODY","errors":\[\{"backend":1,"code":"ERR_BACKEND_BODY"\}\]/)
  assert.equal((await ask({ backends, answers: { '/1': status(409) } })).status, 500)
  const fine = await ask({ backends, answers: { '/0': status(409) } })
  assert.deepEqual([fine.status, fine.body, fine.headers.get('X-Krakend-Completed')], [200, '{"from":"/1"}', 'false'])
})
