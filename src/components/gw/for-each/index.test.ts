// What `_gw/for-each` promises: a call for each element, within bounds, and results in the order of the list.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { order } from '../../../order.ts'
import { configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'

const bad = makeBackendResponse('{}', { statusCode: 500 })

interface Setup {
  readonly init?: ExchangeInit
  readonly answer?: (request: BackendRequest, scope: Scope) => object | Promise<object>
  readonly template?: object
  readonly more?: object
}

/** One backend that is asked for each id of the query. */
async function loop(block: object, { init = {}, answer = ({ path }) => ({ path }), template, more = {} }: Setup = {}) {
  const seen: string[] = []
  let running = 0
  let most = 0
  const blocks = { '_gw/for-each': { in: 'input_query_strings.id', ...block }, '_gw/request': template ?? { path: '/u/{item}' } }
  const file = {
    host: ['http://b:80'],
    endpoints: [{ endpoint: '/e/{ids}', backend: [{ url_pattern: '/x', extra_config: blocks }], ...more }],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend(request: BackendRequest, scope: Scope) {
      seen.push(request.path)
      most = Math.max(most, ++running)
      const given = await answer(request, scope)
      running--
      return given === bad ? bad : makeBackendResponse(JSON.stringify(given))
    },
  })
  const exchange = await gateway.ask({ target: '/e/1?id=a,b,c', ...init })
  const { body } = exchange.answered
  return {
    status: exchange.statusCode,
    body,
    completed: exchange.responseHeaders.get('X-Krakend-Completed'),
    seen,
    most,
    lines: gateway.lines,
  }
}

test('results stand in the order of the list, under the name that is given', async () => {
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const answer = async ({ path }: BackendRequest) => (await later(path === '/u/a' ? 20 : 0), { path })
  const { body, completed } = await loop({ as: 'all' }, { answer })
  assert.deepEqual([body, completed], ['{"all":[{"path":"/u/a"},{"path":"/u/b"},{"path":"/u/c"}]}', 'true'])
})

test('never more calls at a time than allowed', async () => {
  const answer = async () => (await new Promise((resolve) => setTimeout(resolve, 5)), {})
  const ids = Array.from({ length: 20 }, (_, index) => index).join(',')
  assert.equal((await loop({ concurrency: 3 }, { answer, init: { target: `/e/1?id=${ids}` } })).most, 3)
  assert.equal((await loop({ concurrency: 1 }, { answer })).most, 1)
})

describe('the list', () => {
  test('a longer one than allowed is refused as a whole', async () => {
    const { status, seen } = await loop({ max: 2 })
    assert.deepEqual([status, seen], [400, []])
  })
  test('none, or one without elements, is an empty result that is complete', async () => {
    for (const target of ['/e/1', '/e/1?id=', '/e/1?id']) {
      const { body, completed, seen } = await loop({}, { init: { target } })
      assert.deepEqual([body, completed, seen], ['{"collection":[]}', 'true', []], target)
    }
  })
  test('it may be all values of a query string, a parameter, or in the body', async () => {
    assert.deepEqual((await loop({}, { init: { target: '/e/1?id=a%2Cb&id=c' } })).seen, ['/u/a%2Cb', '/u/c'])
    assert.deepEqual((await loop({ in: 'ids' }, { init: { target: '/e/1,2' } })).seen, ['/u/1', '/u/2'])
    const init = { method: 'POST', body: '{"l":[{"k":1},{"k":2}]}' }
    const { seen } = await loop(
      { in: 'body.l' },
      { init, template: { path: '/{item.k}/{index}', method: 'GET', body: null }, more: { method: 'POST' } },
    )
    assert.deepEqual(seen, ['/1/0', '/2/1'])
  })
  test('what is no list fails', async () => {
    const init = { method: 'POST', body: '{"l":"a,b"}' }
    assert.equal((await loop({ in: 'body.l' }, { init, more: { method: 'POST' } })).status, 500)
  })
})

test('equal calls of safe methods are one, others are not', async () => {
  const init = { target: '/e/1?id=a,b,a,a' }
  assert.deepEqual((await loop({}, { init })).seen, ['/u/a', '/u/b'])
  assert.equal((await loop({}, { init, template: { path: '/u/{item}', method: 'POST' } })).seen.length, 4)
  assert.equal((await loop({}, { init, template: { path: '/u', headers: { 'X-I': '{item}' } } })).seen.length, 2)
})

describe('an element fails', () => {
  const answer = ({ path }: BackendRequest) => (path === '/u/b' ? bad : { path })
  test('fail: so does the backend, and what has not been called is not', async () => {
    const { status, seen } = await loop({ concurrency: 1 }, { answer })
    assert.deepEqual([status, seen], [500, ['/u/a', '/u/b']])
  })
  test('each that is left out has a line in the log, the first ten', async () => {
    const { lines } = await loop({ on_error: 'skip' }, { answer })
    const told = (list: readonly string[]): string[] => list.filter((line) => line.includes('[ForEach]'))
    assert.equal(told(lines).length, 1)
    assert.match(told(lines)[0] as string, /^ERROR \[BACKEND: \/x\]\[ForEach\] Error of element 1: invalid status code 500/)
    const ids = Array.from({ length: 30 }, (_, index) => index).join(',')
    const many = told((await loop({ on_error: 'null' }, { answer: () => bad, init: { target: `/e/1?id=${ids}` } })).lines)
    assert.deepEqual([many.length, many.at(-1)], [11, 'ERROR [BACKEND: /x][ForEach] Errors of 20 more elements'])
  })
  test('skip leaves it out, null stands in its place; neither is complete', async () => {
    const skipped = await loop({ on_error: 'skip' }, { answer })
    assert.deepEqual([skipped.body, skipped.completed], ['{"collection":[{"path":"/u/a"},{"path":"/u/c"}]}', 'false'])
    const nulled = await loop({ on_error: 'null' }, { answer })
    assert.deepEqual([nulled.body, nulled.completed], ['{"collection":[{"path":"/u/a"},null,{"path":"/u/c"}]}', 'false'])
  })
  test('what is not reached in time fails, and the rest reaches the client', async () => {
    const hangs = ({ path }: BackendRequest, scope: Scope) =>
      path === '/u/a' ? { path } : new Promise<object>((_resolve, reject) => scope.onEnd(reject))
    const more = { timeout: '100ms' }
    const pending = loop({ on_error: 'skip', concurrency: 1 }, { answer: hangs, more })
    const late = new Promise((resolve) => setTimeout(resolve, 500, 'late'))
    assert.equal(await Promise.race([late, pending.then(({ body }) => body)]), '{"collection":[{"path":"/u/a"}]}')
  })
})

describe('into', () => {
  const serve = async (into: string, list: string, more: object = {}) => {
    const second = {
      url_pattern: '/x',
      extra_config: { '_gw/for-each': { in: 'resp0_a.l', into, ...more }, '_gw/request': { path: '/u/{item.k}' } },
    }
    const third = { url_pattern: '/t', extra_config: { '_gw/hidden': true, '_gw/request': { path: '/t/{resp0_a.l.0.r.n:-none}' } } }
    const endpoint = { endpoint: '/e', backend: [{ url_pattern: '/one' }, second, third], extra_config: { proxy: { sequential: true } } }
    const seen: string[] = []
    const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
      backend: ({ path }) => (
        seen.push(path),
        Promise.resolve(path === '/u/bad' ? bad : makeBackendResponse(path === '/one' ? list : '{"n":1.0}'))
      ),
    })
    const exchange = await gateway.ask({ target: '/e' })
    return { body: exchange.answered.body, completed: exchange.responseHeaders.get('X-Krakend-Completed'), seen }
  }
  test('results land in copies of the elements, for the answer and for later steps', async () => {
    const { body, seen, completed } = await serve('r', '{"z":1,"a":{"l":[{"k":1},{"k":2}],"m":2}}')
    assert.deepEqual([body, completed], ['{"z":1,"a":{"l":[{"k":1,"r":{"n":1.0}},{"k":2,"r":{"n":1.0}}],"m":2}}', 'true'])
    assert.deepEqual(seen, ['/one', '/u/1', '/u/2', '/t/1.0'])
  })
  test('a member may be inside others', async () => {
    assert.equal((await serve('x.y', '{"a":{"l":[{"k":1,"x":{"o":1}}]}}')).body, '{"a":{"l":[{"k":1,"x":{"o":1,"y":{"n":1.0}}}]}}')
  })
  test('an element whose call fails has no such member', async () => {
    const { body } = await serve('r', '{"a":{"l":[{"k":"bad"},{"k":2}]}}', { on_error: 'skip' })
    assert.equal(body, '{"a":{"l":[{"k":"bad"},{"k":2,"r":{"n":1.0}}]}}')
  })
  test('elements that are no objects fail the step, an empty list changes nothing', async () => {
    assert.deepEqual(await serve('r', '{"a":{"l":[1]}}'), { body: '{"a":{"l":[1]}}', completed: 'false', seen: ['/one'] })
    assert.deepEqual((await serve('r', '{"a":{"l":[]}}')).completed, 'true')
  })
})

test('check names what contradicts itself', async () => {
  const issuesOf = async (block: object, more: object = {}, endpoint: object = {}) => {
    const backend = { url_pattern: '/x', extra_config: { '_gw/for-each': block, '_gw/request': { path: '/{item}' } }, ...more }
    const config = configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend: [backend], ...endpoint }] })
    return checkBlocks(config, await loadDeclarations(order, config), { isStrict: false }).map(
      ({ severity, message }) => `${severity} ${message}`,
    )
  }
  const clients = { in: 'input_query_strings.id' }
  assert.match(String(await issuesOf(clients)), /^warning one request makes up to 100 calls/)
  assert.deepEqual(await issuesOf(clients, {}, { extra_config: { 'qos/ratelimit/router': { max_rate: 1 } } }), [])
  assert.match(String(await issuesOf(clients, { extra_config: { '_gw/for-each': clients } })), /^error needs "_gw\/request"/)
  assert.match(String(await issuesOf({ ...clients, into: 'a' })), /^error only the list of an earlier step/)
  assert.match(String(await issuesOf({})), /^error must be set/)
  assert.match(String(await issuesOf({ in: 'idss' })), /^error nothing is called \{idss\}/)
  assert.match(String(await issuesOf(clients, { encoding: 'no-op' }, { output_encoding: 'no-op' })), /not decoded/)
})
