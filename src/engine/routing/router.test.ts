import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig, makeExchange, makeLog, type ExchangeInit, type RecordedExchange } from '../../testing/index.ts'
import { GatewayError } from '../errors.ts'
import { rescued } from '../endpoint/rescue.ts'
import { refuseEncodedParams } from './encoded-params.ts'
import { Router } from './router.ts'
import { readRouterOptions, type RouterOptions } from './router-options.ts'
import type { Handler } from '../types.ts'

const NOBODY = { byEndpoint: new Map(), otherwise: null }

const defaults = readRouterOptions(makeConfig())
const ok: Handler = (exchange) => exchange.answer(200, JSON.stringify(Object.fromEntries(exchange.params)))

function routerOf(routes: readonly [method: string, path: string, handler?: Handler][], options: Partial<RouterOptions> = {}) {
  const log = makeLog()
  const router = new Router({
    options: { ...defaults, ...options },
    routed: (next) => (options.disable_path_decoding === true ? next : refuseEncodedParams(next, NOBODY)),
    guard: (next) => next,
    notFound: (exchange) => exchange.answer(404),
    methodNotAllowed: (exchange) => exchange.answer(405),
    tellsMethods: true,
  })
  for (const [method, pattern, handle = ok] of routes) router.add({ method, pattern, endpoint: null, handle })
  const serve = rescued(router.handle, log, NOBODY)
  return {
    log,
    ask(init: ExchangeInit): RecordedExchange {
      const exchange = makeExchange(init)
      void serve(exchange)
      return exchange
    },
  }
}

test('parameters reach the handler by their internal names', () => {
  const exchange = routerOf([['GET', '/users/:user_id/x']]).ask({ target: '/users/42/x?a=b' })
  assert.deepEqual([exchange.statusCode, exchange.answered.body], [200, '{"User_id":"42"}'])
  const escaped = routerOf([['GET', '/v1\\:get/:id']]).ask({ target: '/v1:get/7' })
  assert.deepEqual([escaped.statusCode, escaped.answered.body], [200, '{"Id":"7"}'])
})

test('another method is refused with the methods that exist, an unknown path is not found', () => {
  const router = routerOf([
    ['GET', '/a'],
    ['POST', '/a'],
    ['PUT', '/b'],
  ])
  const refused = router.ask({ method: 'PUT', target: '/a' })
  assert.deepEqual([refused.statusCode, refused.responseHeaders.get('Allow')], [405, 'GET, POST'])
  assert.equal(router.ask({ target: '/nowhere' }).statusCode, 404)
  assert.equal(routerOf([['GET', '/a']], { disable_handle_method_not_allowed: true }).ask({ method: 'PUT', target: '/a' }).statusCode, 404)
})

test('slashes and spelling are redirected: 301 for GET, 307 for others', () => {
  const router = routerOf([
    ['GET', '/u/:id'],
    ['GET', '/static/Path'],
    ['POST', '/post'],
  ])
  const where = (init: ExchangeInit) => {
    const exchange = router.ask(init)
    return [exchange.statusCode, exchange.responseHeaders.get('Location')]
  }
  assert.deepEqual(where({ target: '/static/Path/?q=1' }), [301, '/static/Path?q=1'])
  assert.deepEqual(where({ target: '//STATIC/path' }), [301, '/static/Path'])
  assert.deepEqual(where({ method: 'POST', target: '/post/' }), [307, '/post'])
  assert.deepEqual(where({ target: '/u/%2541%25zz%20(/' }), [301, '/u/%2541%25zz%20%28'])
  assert.deepEqual(where({ target: '/static/Path/', headers: { 'X-Forwarded-Prefix': '/api/<x>' } }), [301, '/api/x/static/Path'])
})

test('odd paths go where gin sends them', () => {
  const router = routerOf([['GET', '/e0/:id/:slug']])
  const where = (target: string) => {
    const exchange = router.ask({ target })
    return [exchange.statusCode, exchange.responseHeaders.get('Location') ?? exchange.answered.body]
  }
  assert.deepEqual(where('/e0/x/../'), [301, '/e0'])
  assert.deepEqual(where('/x/..'), [301, '/'])
  assert.deepEqual(where('/e0/%3F/a/b'), [400, 'error: encoded url params'])
  assert.deepEqual(where('/e0/%3F/a'), [400, 'error: encoded url params'])
})

test('a redirect keeps a question mark without query, and tells HEAD the type of what it does not show', () => {
  const router = routerOf([
    ['GET', '/a'],
    ['HEAD', '/a'],
  ])
  assert.equal(router.ask({ target: '/a/?' }).responseHeaders.get('Location'), '/a?')
  const head = router.ask({ method: 'HEAD', target: '/a/' })
  assert.deepEqual([head.statusCode, head.responseHeaders.get('Content-Type')], [307, 'text/html; charset=utf-8'])
})

test('remove_extra_slash cleans the whole path, in 405 too', () => {
  const router = routerOf([['GET', '/a/b']], { remove_extra_slash: true })
  for (const target of ['/a/./b', '/x/../a/b', '/a//b', '//a/b', '/a/b']) assert.equal(router.ask({ target }).statusCode, 200, target)
  assert.equal(router.ask({ method: 'POST', target: '/x/../a/b' }).statusCode, 405)
})

test('redirects can be switched off', () => {
  const off = { disable_redirect_trailing_slash: true, disable_redirect_fixed_path: true }
  assert.equal(routerOf([['GET', '/a']], off).ask({ target: '/a/' }).statusCode, 404)
  assert.equal(routerOf([['GET', '/a']], { disable_redirect_trailing_slash: true }).ask({ target: '/a/' }).statusCode, 301)
})

test('a parameter that is still encoded is refused', () => {
  const router = routerOf([['GET', '/u/:id']])
  const answer = (target: string) => {
    const exchange = router.ask({ target })
    return [exchange.statusCode, exchange.answered.body]
  }
  assert.deepEqual(answer('/u/a%252Fb'), [400, 'error: encoded url params'])
  assert.deepEqual(answer('/u/a%3Fb'), [400, 'error: encoded url params'])
  assert.deepEqual(answer('/u/%25'), [400, 'error: invalid URL escape "%"'])
  assert.deepEqual(answer('/u/a%20b'), [200, '{"Id":"a b"}'])
  assert.equal(routerOf([['GET', '/u/:id']], { disable_path_decoding: true }).ask({ target: '/u/a%3Fb' }).statusCode, 200)
})

test('what a layer throws becomes its status; a bug becomes 500 and a log line', async () => {
  const limited = new GatewayError('too many', { code: 'ERR_LIMITED', statusCode: 429, headers: [['Retry-After', '1']] })
  const router = routerOf([
    ['GET', '/limited', () => Promise.reject(limited)],
    [
      'GET',
      '/bug',
      () => {
        throw new TypeError('oops')
      },
    ],
  ])
  const exchange = router.ask({ target: '/limited' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([exchange.statusCode, exchange.answered.body, exchange.responseHeaders.get('Retry-After')], [429, null, '1'])
  assert.equal(router.ask({ target: '/bug' }).statusCode, 500)
  assert.match(router.log.lines.join('\n'), /TypeError: oops/)
})

test('an answer that has begun is cut when its handler fails', async () => {
  const router = routerOf([
    [
      'GET',
      '/half',
      (exchange) => {
        exchange.answer(200)
        return Promise.reject(new Error('cannot be written'))
      },
    ],
  ])
  const exchange = router.ask({ target: '/half' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([exchange.statusCode, exchange.isCut], [200, true])
})
