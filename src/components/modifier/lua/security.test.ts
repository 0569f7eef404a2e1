// What scripts must not be able to do: reach JavaScript, reach other requests, or hold the gateway.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bodyOf } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { failureIn, postOf, runPipe } from './test-support.ts'

const OPEN = { allow_open_libs: true }

/** The value of the header `X` that a script set. */
async function headerOf(pre: string, block: object = OPEN): Promise<string | undefined> {
  const { asked } = await runPipe({ ...block, pre: `local function out(v) request.load():headers('X', tostring(v)) end ${pre}` })
  return asked?.headers.get('X')
}

describe('JavaScript', () => {
  test('is out of reach through names of its objects', async () => {
    for (const name of ['constructor', '__proto__', 'prototype', 'toString', 'run', 'value', 'hasOwnProperty']) {
      assert.equal(await headerOf(`out(request.load()['${name}'])`), 'nil', name)
      assert.equal(await headerOf(`out(({})['${name}'])`), 'nil', name)
      assert.equal(await headerOf(`out(_G['${name}'])`), 'nil', name)
      assert.equal(await headerOf(`out(luaTable.new():get('${name}'))`), 'nil', name)
      assert.equal(await headerOf(`out(request.load():headers():get('${name}'))`), 'nil', name)
    }
    assert.equal(await headerOf(`out(('').constructor)`), 'nil')
    assert.match(
      (await failureIn({ pre: `request.load().headers.constructor('return 1')` })).message,
      /attempt to index a non-table object/,
    )
  })
  test('has its prototypes as they were whatever keys data has', async () => {
    const post = `local d = response.load():data()
      d:set('__proto__', { polluted = true })
      d:set('constructor', { prototype = { polluted = true } })
      d:set('t', { ['__proto__'] = { polluted = true } })
      local own = luaTable.new() own:set('__proto__', luaTable.new()) own:get('__proto__'):set('polluted', true)
      d:set('own', own)`
    const text = await postOf(post)
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)
    assert.equal(
      text,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"t":{"__proto__":{"polluted":true}},"own":{"__proto__":{"polluted":true}}}',
    )
    assert.equal(
      await postOf(`local d = response.load():data() d:del('__proto__') d:set('n', d:len())`, JSON.parse('{"__proto__":1,"a":2}')),
      '{"a":2,"n":1}',
    )
  })
  test('is not what load, string.dump and debug give', async () => {
    assert.equal(
      await headerOf(`out(select(2, pcall(string.dump, function() end)))`),
      '<string>:1: GopherLua does not support the string.dump',
    )
    assert.match((await headerOf(`out(select(2, pcall(load, 'return process')))`)) ?? '', /function expected, got string/)
    assert.equal(await headerOf(`out(loadstring('return process')())`), 'nil')
    assert.equal(await headerOf(`out(loadstring('return ]+process') == nil)`), 'true')
    assert.equal(await headerOf(`out(type(debug.getinfo(1)))`), 'table')
    assert.equal(await headerOf(`out(debug.getupvalue(request.load, 1))`), 'nil')
  })
})

describe('the next request', () => {
  const spoil = `getmetatable('').__index.upper = function() return 'spoilt' end
    string.lower = function() return 'spoilt' end
    table.concat = nil
    local r = request.load()
    getmetatable(r).__index.method = function() return 'spoilt' end
    getmetatable(r).__index = nil
    getmetatable(luaTable.new()).__index.get = nil
    pcall(setfenv, custom_error, {})
    pcall(debug.setmetatable, 1, { __index = function() return 'spoilt' end })
    custom_error = nil luaTable = nil http_response = nil request = nil
    package.loaded.x = 'kept' kept = {}`
  test('sees nothing of what a script changed, and a later script of the same request only its globals', async () => {
    await runPipe({ ...OPEN, pre: spoil })
    assert.equal(await headerOf(`out(('a'):upper() .. string.lower('B') .. table.concat({'c'}))`), 'Abc')
    assert.equal(await headerOf(`out(request.load():method())`), 'GET')
    assert.equal(await headerOf(`local t = luaTable.new() t:set('a', 1) out(t:get('a'))`), '1')
    assert.equal(
      await headerOf(`out(type(custom_error) .. type(http_response.new) .. type(kept) .. type(package.loaded.x))`),
      'functionfunctionnilnil',
    )
    assert.equal(await headerOf(`out(pcall(function() return (1).x end))`), 'false')
    assert.equal(await postOf(`response.load():data():set('kept', type(kept))`, {}, { ...OPEN, pre: spoil }), '{"kept":"table"}')
  })
  test('of the same data gets it as it was', async () => {
    const data = { list: [1, 2], inner: { a: 1 } }
    const post = `local d = response.load():data() d:get('list'):set(0, 'x') d:get('inner'):set('a', 'x') d:set('b', 1)`
    assert.equal(await postOf(post, data), '{"list":["x",2],"inner":{"a":"x"},"b":1}')
    assert.deepEqual(data, { list: [1, 2], inner: { a: 1 } })
    const headers = new HeaderMap(['X', '1'])
    await runPipe({ pre: `request.load():headers('X', '2')` }, { request: { headers } })
    assert.equal(headers.get('X'), '1')
  })
})

describe('a runaway script', () => {
  const within = { timeoutMs: 150 }
  const endless: Record<string, string> = {
    loop: 'while true do end',
    caught: 'while true do pcall(function() while true do end end) end',
    'tail calls': 'local function f() return f() end f()',
    repeated: 'repeat until false',
    goto: '::top:: goto top',
    strings: `local s = 'x' while true do s = s .. 'x' end`,
    pattern: `('a'):rep(60000):find(('a*'):rep(40) .. 'b')`,
    gsub: `while true do ('x'):rep(1000):gsub('.', '%0%0') end`,
    coroutines: 'while true do coroutine.wrap(function() coroutine.yield() end)() end',
    lists: 'while true do local l = luaList.new() for i = 0, 100 do l:set(i, i) l:del(0) end end',
    metamethods:
      'local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end while true do pcall(function() return t.x end) end',
    sharing: 'local t = {} for i = 1, 60 do t = { a = t, b = t } end luaTable.new():set("t", t)',
  }
  for (const [name, pre] of Object.entries(endless)) {
    test(`that never ends (${name}) is stopped at the deadline`, async () => {
      const started = performance.now()
      const error = await failureIn({ ...OPEN, pre }, within)
      assert.match(error.code, /^ERR_LUA/)
      assert.ok(performance.now() - started < 5000)
    })
  }
  test('that asks for all of a large message again and again is stopped at the deadline', async () => {
    const data = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]))
    const body = bodyOf(Buffer.alloc(20_000_000, 'x'))
    const asking = [
      [{ post: 'local d = response.load():data() while true do d:len() end' }, { data }],
      [{ post: 'local d = response.load():data() while true do d:keys() end' }, { data }],
      [{ post: `local d = response.load():data() while true do d:get('t') end` }, { data: { t: 'é'.repeat(5e6) } }],
      [{ pre: 'local r = request.load() while true do r:body() end' }, { request: { body } }],
    ] as const
    for (const [block, options] of asking) {
      const started = performance.now()
      assert.equal((await failureIn(block, { ...options, ...within })).code, 'ERR_LUA_STOPPED')
      assert.ok(performance.now() - started < 5000, JSON.stringify(block))
    }
  })
  test('that grows without end is stopped, and costs its own request only', async () => {
    const growing = [
      `local t = {} for i = 1, 1e12 do t[i] = { i } end`,
      `local s = 'x' while true do s = s .. s end`,
      `('x'):rep(1e9)`,
      `luaList.new():set(1e9, 'x')`,
      `local l = luaList.new() for i = 1, 1e9 do l:set(i * 1e6, 1) end`,
    ]
    for (const pre of growing) assert.equal((await failureIn({ ...OPEN, pre }, { timeoutMs: 20_000 })).code, 'ERR_LUA_STOPPED', pre)
    assert.equal(await headerOf('out(1)'), '1')
  })
  test('that calls itself without end gets an error it can catch', async () => {
    assert.match((await failureIn({ pre: 'local function f() return 1 + f() end f()' })).message, /^stack overflow/)
    assert.equal(await headerOf('local function f() return 1 + f() end out((pcall(f)))'), 'false')
    assert.match((await failureIn({ pre: 'local t = {} t.t = t luaTable.new():set("t", t)' })).message, /nested too deeply/)
  })
  test('cannot answer with data that contains itself or grows when it is written', async () => {
    const itself = `local d = response.load():data() local t = luaTable.new() d:set('t', t) t:set('t', t)`
    assert.match((await failureIn({ post: itself })).message, /encountered a cycle/)
    assert.match((await failureIn({ post: `local d = response.load():data() d:set('d', d)` })).message, /encountered a cycle/)
    const list = `local d = response.load():data() local l = luaList.new() l:set(0, 1) d:set('l', l) l:set(0, l)`
    assert.match((await failureIn({ post: list })).message, /encountered a cycle/)
    const doubling = `local t = luaTable.new() for i = 1, 60 do local u = luaTable.new() u:set('a', t) u:set('b', t) t = u end response.load():data():set('t', t)`
    assert.match((await failureIn({ post: doubling })).message, /encountered a cycle/)
  })
})
