// What scripts see and change, and what their failures become.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { bodyOf } from '../../../engine/body.ts'
import { Data } from '../../../engine/data.ts'
import { BODY_TOO_LARGE, CANCELED, GatewayError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, Body, Sender } from '../../../engine/types.ts'
import { JsonNumber } from '../../../json/types.ts'
import { makeSite } from '../../../testing/index.ts'
import { failureIn, postOf, runHandler, runPipe } from './test-support.ts'

describe('requests', () => {
  test('are what they were where a script changes nothing', async () => {
    const { asked, response } = await runPipe({ pre: 'local a = 1', post: 'local b = 2' }, { request: { path: '/p' }, data: { a: 1 } })
    assert.equal(asked?.path, '/p')
    assert.equal(response.data?.encoded(), '{"a":1}')
  })
  test('bring their bytes: headers, parameters and bodies are UTF-8', async () => {
    const request = { params: new Map([['Name', 'né']]), headers: new HeaderMap(['X-A', 'n\u00c3\u00a9']), body: bodyOf(Buffer.from('né')) }
    const pre = `local r = request.load()
      r:headers('X-L', #r:params('Name') .. #r:headers('X-A') .. #r:body())
      r:headers('X-Same', tostring(r:params('Name') == r:body() and r:headers('X-A') == r:body()))
      r:body(r:body() .. 'é')`
    const { asked } = await runPipe({ pre }, { request })
    assert.equal(asked?.headers.get('X-L'), '333')
    assert.equal(asked?.headers.get('X-Same'), 'true')
    assert.equal((await asked?.body.bytes())?.toString(), 'néé')
  })
  test('keep a Content-Length that is the body’s', async () => {
    const request = { headers: new HeaderMap(['Content-Length', '1']), body: bodyOf(Buffer.from('a')) }
    const { asked } = await runPipe({ pre: `request.load():body('abc')` }, { request })
    assert.equal(asked?.headers.get('Content-Length'), '3')
  })
  test('of a backend go to the URL that a script wrote, and to none that is no URL', async () => {
    const of = (url: string) =>
      runPipe({ pre: `request.load():url('${url}')` }, { stage: 'backend', request: { origin: 'http://a', path: '/b?c=1' } })
    const { asked } = await of('HTTP://user:pass@h:1/x y?q=1#f')
    assert.deepEqual([asked?.origin, asked?.path, asked?.headers.get('Authorization')], ['http://h:1', '/x%20y?q=1', 'Basic dXNlcjpwYXNz'])
    assert.equal((await of('http://h')).asked?.path, '/')
    await assert.rejects(of('/x'), { message: 'Get "/x": unsupported protocol scheme ""' })
    await assert.rejects(of('ftp://h/'), { message: 'Get "ftp://h/": unsupported protocol scheme "ftp"' })
    await assert.rejects(of('http:///x'), { message: 'Get "http:///x": http: no Host in request URL' })
    await assert.rejects(of('http://h/%zz'), { message: 'parse "http://h/%zz": invalid URL escape "%zz"' })
    const untouched = await runPipe(
      { pre: `local u = request.load():url()` },
      { stage: 'backend', request: { origin: 'http://a', path: '/b?c=1' } },
    )
    assert.equal(untouched.asked?.path, '/b?c=1')
  })
  test('of a backend go out with the method that a script wrote, in capitals', async () => {
    const of = async (method: string) =>
      (await runPipe({ pre: `request.load():method('${method}')` }, { stage: 'backend', request: { method: 'POST' } })).asked?.method
    assert.deepEqual([await of('delete'), await of('')], ['DELETE', 'GET'])
    assert.equal((await runPipe({ pre: `request.load():method('delete')` })).asked?.method, 'delete')
  })
  test('take numbers of a list as header fields', async () => {
    const data = { l: ['a', 1, new JsonNumber('12345678901234567890'), null, true] }
    const { response } = await runPipe({ post: `local r = response.load() r:headerList('X-L', r:data():get('l'))` }, { data })
    assert.deepEqual(response.headers?.values('X-L'), ['a', '1', '12345678901234567890'])
  })
  test('with a body that was not announced as read say so', async () => {
    const unread: Body = { ...bodyOf(Buffer.from('x')), inMemory: null }
    const failure = await failureIn({ pre: `local r = request.load() r['bo' .. 'dy'](r)` }, { request: { body: unread } })
    assert.match(failure.message, /a script that reads it has to name "body"/)
  })
  test('with a body that breaks off fail as that did', async () => {
    const broken: Body = { ...bodyOf(Buffer.from('x')), inMemory: null, bytes: () => Promise.reject(CANCELED) }
    assert.equal(await failureIn({ pre: 'request.load():body()' }, { request: { body: broken } }), CANCELED)
  })
})

describe('data', () => {
  test('has numbers with all their digits until a script writes them', async () => {
    const data = { big: new JsonNumber('12345678901234567890'), exact: new JsonNumber('1.50') }
    const post = `local d = response.load():data() d:set('sum', d:get('exact') + 1) d:set('type', type(d:get('big')))`
    assert.equal(await postOf(post, data), '{"big":12345678901234567890,"exact":1.50,"sum":2.5,"type":"number"}')
  })
  test('stays as it came where it is only read', async () => {
    const data = Data.of({ a: { b: 1 } })
    const { response } = await runPipe({ post: `local x = response.load():data():get('a'):get('b')` }, { response: { data } })
    assert.equal(response.data, data)
  })
  test('that is null can be written', async () => {
    const { response } = await runPipe({ post: `response.load():data():set('a', 1)` }, { response: { data: null } })
    assert.equal(response.data?.encoded(), '{"a":1}')
  })
  test('has lists with the aliasing of slices', async () => {
    const data = { c: [1, 2, 3] }
    assert.equal(await postOf(`local l = response.load():data():get('c') l:set(0, 'x') l:set(3, 'lost')`, data), '{"c":["x",2,3]}')
    assert.equal(await postOf(`local l = response.load():data():get('c') l:del(0)`, data), '{"c":[2,3,null]}')
    assert.equal(await postOf(`local d = response.load():data() local l = d:get('c') l:del(0) d:set('c', l)`, data), '{"c":[2,3]}')
    const grown = `local d = response.load():data() local l = luaList.new() d:set('l', l) l:set(0, 1) d:set('m', l)`
    assert.equal(await postOf(grown), '{"l":[],"m":[1]}')
  })
  test('takes 20,000 appended elements without copying the list each time', async () => {
    const post = `local l = luaList.new() for i = 1, 20000 do l:set(l:len(), i) end response.load():data():set('n', l:len())`
    const started = performance.now()
    assert.equal(await postOf(post), '{"n":20000}')
    assert.ok(performance.now() - started < 2000)
  })
})

describe('failures', () => {
  const texts: [pre: string, text: string][] = [
    ['nope()', 'attempt to call a non-function object (pre-script:L1)'],
    ['\n\nnope()', 'attempt to call a non-function object (pre-script:L3)'],
    ['local a = = 1', "'=': syntax error (pre-script:L1)"],
    ["x = 'abc\ny = 1", "'abc': unterminated string (pre-script:L2)"],
    ['if true then', 'syntax error at EOF (pre-script:L0)'],
    ["error('own text')", 'own text (pre-script:L1)'],
    ['request.load():headers(nil)', 'bad argument #2 to headers (string expected, got nil) (pre-script:L1)'],
    ['request.load().method(luaTable.new())', 'request expected (pre-script:L1)'],
    ['luaTable.new():get()', 'need arguments (pre-script:L1)'],
    ['custom_error()', 'need arguments (pre-script:L1)'],
    ["custom_error('x')", 'x'],
    ["custom_error('é', 418)", 'é'],
    ["error('raised || 404')", 'raised'],
    ["error(' blanks ')", 'blanks (pre-script:L1)'],
    ["loadstring('error(1 .. 2)', 'mine')()", '12 (mine:L1)'],
    ["loadstring('custom_error(1, 418)', 'mine')()", '1'],
    ["error('\\233')", '\udce9 (pre-script:L1)'],
  ]
  for (const [pre, text] of texts) test(`have KrakenD's text: ${pre}`, async () => assert.equal((await failureIn({ pre })).message, text))

  test('have the status and the type that custom_error gives', async () => {
    const of = async (args: string): Promise<unknown[]> => {
      const { statusCode, hasOwnStatus, contentType } = await failureIn({ pre: `custom_error(${args})` })
      return [statusCode, hasOwnStatus, contentType]
    }
    assert.deepEqual(await of(`'x'`), [500, false, null])
    assert.deepEqual(await of(`'x', 404`), [404, true, null])
    assert.deepEqual(await of(`'x', '403.9', 'a/b'`), [403, true, 'a/b'])
    assert.deepEqual(await of(`'x', -1`), [500, false, null])
    assert.deepEqual(await of(`'x', 0`), [200, true, null])
    assert.deepEqual(await of(`'x', 1000`), [500, true, null])
    assert.deepEqual(await of(`'a || b', 404`), [500, false, '404'])
  })
  test('of text that is compiled while the script runs are of the part that runs', async () => {
    assert.equal((await failureIn({ post: `loadstring('error("x")')()` })).message, 'x (post-script:L1)')
  })
  test('of what is called pass through, and post does not run', async () => {
    const error = new GatewayError('backend down', { code: 'ERR_BACKEND' })
    const { response } = await runPipe({ post: `error('ran')` }, { response: { error } })
    assert.equal(response.error, error)
  })
})

describe('http_response', () => {
  const answering: Sender = (request) =>
    Promise.resolve({
      statusCode: 201,
      headers: new HeaderMap(['X-A', '1', 'X-A', '2']),
      body: Buffer.from(request.path),
      url: '',
    })

  test('asks and waits', async () => {
    const asked: BackendRequest[] = []
    const client: Sender = (request, scope) => {
      asked.push(request)
      return answering(request, scope)
    }
    const pre = `local function ask(...) return http_response.new(...) end
      local r = ask('http://u:p@aux/a b', 'PUT', 'body', { ['x-b'] = {'1', 2}, [7] = 'c', n = 5 })
      local q = request.load()
      q:headers('X-R', r:statusCode() .. r:headers('x-a') .. r:headerList('X-A'):len() .. r:body() .. r:body())
      r:close()
      q:headers('X-Closed', select(2, pcall(r.body, r)))`
    const ran = await runPipe({ pre }, { site: { client } })
    assert.equal(ran.asked?.headers.get('X-R'), '20112/a%20b/a%20b')
    assert.match(ran.asked?.headers.get('X-Closed') ?? '', /the response is closed/)
    assert.deepEqual([asked[0]?.method, asked[0]?.origin, asked[0]?.headers.values('X-B')], ['PUT', 'http://aux', ['1', '2']])
    assert.deepEqual([asked[0]?.headers.get('7'), asked[0]?.headers.has('N')], ['c', false])
    assert.equal((await asked[0]?.body.bytes())?.toString(), 'body')
    assert.equal(asked[0]?.headers.get('User-Agent'), 'KrakenD Version test')
  })
  test('raises what went wrong, which pcall catches', async () => {
    const client: Sender = () => Promise.reject(new GatewayError('Get "http://h/": refused', { code: 'ERR_BACKEND' }))
    assert.equal(
      (await failureIn({ pre: `http_response.new('http://h/')` }, { site: { client } })).message,
      'Get "http://h/": refused (pre-script:L1)',
    )
    const { asked } = await runPipe(
      { pre: `if not pcall(http_response.new, 'http://h/') then request.load():headers('X', 'caught') end` },
      { site: { client } },
    )
    assert.equal(asked?.headers.get('X'), 'caught')
    assert.equal((await failureIn({ pre: `http_response.new('u', 'POST')` })).message, 'need 1, 3 or 4 arguments (pre-script:L1)')
    assert.match((await failureIn({ pre: `http_response.new('u', 'POST', '')` })).message, /^Post "u": unsupported protocol scheme ""/)
    const failure = async (call: string): Promise<string> => (await failureIn({ pre: `http_response.new(${call})` })).message
    assert.equal(await failure(`'u', 'BAD METHOD', ''`), 'net/http: invalid method "BAD METHOD" (pre-script:L1)')
    assert.equal(
      await failure(`'ftp://u:pw@h/a b', 'gET', ''`),
      'get "ftp://u:***@h/a%20b": unsupported protocol scheme "ftp" (pre-script:L1)',
    )
  })
  test('ends with the request, and a script that goes on is stopped', async () => {
    const client: Sender = (_request, scope) => new Promise((_resolve, reject) => void scope.onEnd(reject))
    const within = { site: { client }, timeoutMs: 30 }
    assert.equal(
      (await failureIn({ pre: `http_response.new('http://u:pw@h/a?b', 'PUT', '')` }, within)).message,
      'Put "http://u:***@h/a?b": context deadline exceeded (pre-script:L1)',
    )
    assert.equal((await failureIn({ pre: `while true do pcall(http_response.new, 'http://h/') end` }, within)).code, 'ERR_LUA_STOPPED')
  })
  test('can be reached through other names', async () => {
    const site = { client: answering }
    for (const name of [`_G['http_' .. 'response']`, `getfenv()['http_' .. 'response']`, `loadstring('return http_response')()`]) {
      const { asked } = await runPipe({ pre: `request.load():headers('X', ${name}.new('http://h/'):statusCode())` }, { site })
      assert.equal(asked?.headers.get('X'), '201', name)
    }
  })
})

describe('no-op answers', () => {
  test('give their bodies to scripts that read them, and go by untouched otherwise', async () => {
    const body = Readable.from([Buffer.from('h'), Buffer.from('i')])
    const { response } = await runPipe(
      { post: `local r = response.load() r:body(r:body() .. '!')` },
      { response: { body, statusCode: 200 } },
    )
    assert.deepEqual(response.body, Buffer.from('hi!'))
    const stream = Readable.from([])
    const passed = await runPipe({ post: `response.load():statusCode(202)` }, { response: { body: stream, statusCode: 200 } })
    assert.equal(passed.response.body, stream)
    assert.equal(passed.response.statusCode, 202)
  })
  test('are let go of when the script fails', async () => {
    const stream = Readable.from(['x'])
    await failureIn({ post: 'nope()' }, { response: { body: stream } })
    assert.ok(stream.destroyed)
  })
})

describe('bodies that are longer than a script may read', () => {
  function* endless(): Generator<Buffer> {
    const megabyte = Buffer.alloc(2 ** 20)
    for (;;) yield megabyte
  }
  test('are no answer', async () => {
    const body = Readable.from(endless(), { objectMode: false })
    const site = makeSite()
    const error = await failureIn({ post: 'local b = response.load():body()' }, { site, response: { body } })
    assert.deepEqual([error.code, error.statusCode, body.destroyed], ['ERR_LUA_STOPPED', 500, true])
    assert.match(site.lines.join(), /ERROR .*\[Lua\] stopped: the answer is longer than 32 MB/)
  })
  test('are no request', async () => {
    const bytes = (bound = Infinity): Promise<Buffer> => Promise.reject(bound === 32 * 2 ** 20 ? BODY_TOO_LARGE : CANCELED)
    const body: Body = { length: null, inMemory: null, clientMs: 0, stream: () => Readable.from([]), bytes }
    const error = await failureIn({ pre: 'local b = request.load():body()' }, { request: { body } })
    assert.deepEqual([error.code, error.statusCode], ['ERR_BODY_TOO_LARGE', 413])
  })
})

describe('lua-endpoint', () => {
  test('changes what stands inside', async () => {
    const pre = `local c = ctx.load() c:headers('x-a', c:method() .. c:url() .. c:query('q')) c:method('PUT') c:query('q', 'x y') c:host('h') c:body('b') c:headers('X-Forwarded-For', '9.9.9.9')`
    const exchange = await runHandler({ pre }, { target: '/p?z=1&q=2', body: 'long', headers: { 'Content-Length': '4' } })
    assert.equal(exchange.headers.get('X-A'), 'GET/p?z=1&q=22')
    assert.deepEqual([exchange.method, exchange.target, exchange.rawQuery, exchange.host], ['PUT', '/p?q=x+y&z=1', 'q=x+y&z=1', 'h'])
    assert.equal((await exchange.body.bytes()).toString(), 'b')
    assert.deepEqual([exchange.headers.get('Content-Length'), exchange.clientIp], ['1', '9.9.9.9'])
  })
  test('does not see Host among the headers, nor parameters by the engine’s names', async () => {
    const pre = `local c = ctx.load() c:headers('X-R', c:headers('Host') .. c:headers():len() .. c:params('JWT.sub') .. c:params():len())`
    const exchange = await runHandler({ pre }, { headers: { Host: 'x', 'X-A': '1' }, params: { 'JWT.sub': 'al' } })
    assert.equal(exchange.headers.get('X-R'), '1al1')
  })
  test('refuses with a status and a type, without a text', async () => {
    await assert.rejects(runHandler({ pre: `custom_error('x', 403, 'a/b')` }), {
      statusCode: 403,
      contentType: null,
      headers: [['Content-Type', 'a/b']],
    })
    await assert.rejects(runHandler({ pre: 'nope()' }), { statusCode: 500, headers: [] })
    await assert.rejects(runHandler({ pre: `http_response.new()` }), { statusCode: 500 })
    await assert.rejects(runHandler({ sources: ['missing.lua'] }), {
      statusCode: 500,
      message: 'lua: unable to load required source missing.lua',
    })
  })
  test('waits for a body no longer than it may run', async () => {
    let stop: (reason: Error) => void = () => {}
    const slow: Body = {
      ...bodyOf(Buffer.from('x')),
      inMemory: null,
      bytes: () => new Promise((_resolve, reject) => void (stop = reject)),
      abandon: (reason) => stop(reason),
    }
    await assert.rejects(runHandler({ pre: 'ctx.load():body()' }, {}, slow), { message: 'context deadline exceeded', statusCode: 500 })
    assert.equal((await runHandler({ pre: 'ctx.load():method()' }, {}, slow)).statusCode, 200)
  })
  test('is stopped when it runs too long', async () => {
    await assert.rejects(runHandler({ pre: 'while true do end' }), { code: 'ERR_LUA_STOPPED' })
  })
})
