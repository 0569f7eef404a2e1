// A runaway script costs its own call only, and no script gets at the host.

import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, test } from 'node:test'
import { compile } from './compile.ts'
import { LuaState } from './state.ts'
import { output, run, within } from './test-support.ts'
import type { Value } from './value.ts'

const ENDLESS: readonly string[] = [
  'while true do end',
  'repeat until false',
  '::a:: goto a',
  'for i = 1, math.huge do end',
  'local function f() return f() end f()',
  'while true do pcall(error, "x") end',
  'pcall(function() while true do end end) print("caught")',
  'local co = coroutine.wrap(function() while true do coroutine.yield(1) end end) while true do co() end',
  'for _ in function() return 1 end do end',
  'local t = setmetatable({}, {__index = function(t, k) while true do end end}) print(t.x)',
  'table.sort({3, 1, 2}, function() while true do end end)',
  '(("a"):rep(3000)):match((".*"):rep(20) .. "b")',
  '("a"):rep(30):match(("a?"):rep(30) .. ("a"):rep(30) .. "b")',
  'local p = ("%A"):rep(32000) while true do ("x"):match(p) end',
  'local p = ("[%A%D]"):rep(10000) while true do ("x"):match(p) end',
  'load(function() return "x" end)',
  'os.date(("%c"):rep(1e6))',
  'local a, b = ("x"):rep(3e7) .. "a", ("x"):rep(3e7) .. "a" while true do local c = a == b end',
  'local s = "a" .. (" "):rep(1e6) .. "b" while true do tonumber(s) end',
  'while true do ("x"):rep(2e6):upper():lower():reverse() end',
  'local t = {} while true do t[math.random(1e7) * 3] = 1 next(t) end',
]

const GREEDY: readonly string[] = [
  'local s = "x" while true do s = s .. s end',
  'local s = ("x"):rep(1e9)',
  'local t = {} while true do t[#t + 1] = {} end',
  'local t = {} for i = 1, math.huge do t["k" .. i] = i end',
  'local t = {} while true do t[#t + 1] = ("x"):rep(1e6) .. #t end',
  'string.format("%1000000d%1000000d%1000000d%1000000d%1000000d%1000000d%1000000d%1000000d%1000000d", 1, 1, 1, 1, 1, 1, 1, 1, 1)',
  'pcall(function() local s = "x" while true do s = s .. s end end) print("caught")',
  '("x"):rep(8e6):gmatch("")',
  'local f for i = 1, 1e9 do local g = f f = function() return g end end',
  'local t for i = 1, 1e9 do t = setmetatable({}, t) end',
  'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(8e6):reverse() end',
  'os.date(("%c"):rep(4e6))',
  '("x"):rep(1e6):gsub("x", ("y"):rep(1e4))',
]

/** Files that never end, where the system has one. */
const [endlessFiles, greedyFiles] = existsSync('/dev/zero')
  ? [['for line in io.lines("/dev/zero") do end'], ['io.open("/dev/zero"):read("*a")', 'io.open("/dev/zero"):read("*l")']]
  : [[], []]

describe('a script that does not end is stopped, and pcall does not catch it', () => {
  for (const source of ENDLESS) test(source, () => assert.deepEqual(run(source, { budget: within(50) }), { out: [], error: 'stop: time' }))
  // Its one line grows: a fast machine would meet the bound of memory first.
  const roomy = { memory: 2 ** 31, stringLength: 2 ** 31 }
  for (const source of endlessFiles)
    test(source, () => assert.deepEqual(run(source, { budget: { ...roomy, ...within(50) } }), { out: [], error: 'stop: time' }))
})

describe('a script that takes too much memory is stopped', () => {
  const budget = { memory: 48 * 1024 * 1024, stringLength: 8 * 1024 * 1024 }
  for (const source of [...GREEDY, ...greedyFiles]) {
    test(source, () => assert.deepEqual(run(source, { budget: { ...budget, ...within(20_000) } }), { out: [], error: 'stop: memory' }))
  }
})

describe('long work of one call is paid for in steps', () => {
  /** How often the clock is looked at. */
  function looksIn(source: string): number {
    let looks = 0
    assert.equal(run(source, { budget: { isOver: () => ++looks < 0 } }).error, null)
    return looks
  }
  const lookups = ['#t', 'table.getn(t)', 'table.insert(t, 1)', 'table.concat(t, "", 1, 0)', 'unpack(t, 1, 0)', 'next(t)']
  for (const call of [...lookups, '#setmetatable(t, {})']) {
    test(`${call} through keys that are far apart`, () => {
      const looks = looksIn(`local t = {} for i = 1, 10000 do t[i * 5000] = "x" end for i = 1, 100 do local _ = ${call} end`)
      assert.ok(looks > 90, `${looks} looks at the clock`)
    })
  }
  for (const call of ['string.format(("%%"):rep(1e5))', '("é"):rep(1e5):upper()']) {
    test(call, () => {
      const looks = looksIn(`local _ = ${call}`)
      assert.ok(looks > 20, `${looks} looks at the clock`)
    })
  }
})

describe('files', { skip: !existsSync('/dev/full') }, () => {
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  /** What a program gives, and how many descriptors its state has left open. */
  function leftBy(source: string): [result: Value, left: number] {
    const before = descriptors()
    const state = new LuaState({ openLibs: true })
    const [result] = state.run(compile(source))
    state.close()
    return [result, descriptors() - before]
  }
  test('a script has so many open and no more, and all are closed with it', () => {
    const source = 'local n = 0 for i = 1, 300 do local f, e = io.open("/dev/null") if f then n = n + 1 else r = e end end return n .. r'
    assert.deepEqual(leftBy(source), ['256open /dev/null: too many open files', 0])
    assert.deepEqual(leftBy('for i = 1, 300 do io.lines("/dev/null") end for i = 1, 300 do io.tmpfile() end return 1'), [1, 0])
  })
  test('those that it has closed do not count', () =>
    assert.deepEqual(leftBy('for i = 1, 1000 do io.open("/dev/null"):close() end return io.type(io.open("/dev/null"))'), ['file', 0]))
  test('one that cannot be written does not keep the others open', () => {
    const full = 'local f = io.open("/dev/full", "w") f:setvbuf("full") f:write("x") g = io.open("/dev/null")'
    assert.deepEqual(leftBy(`${full} return 1`), [1, 0])
    assert.deepEqual(leftBy(`${full} return select(2, f:flush())`), ['write /dev/full: no space left on device', 0])
    assert.deepEqual(leftBy(`${full} return select(2, f:seek("set"))`), ['write /dev/full: no space left on device', 0])
    assert.deepEqual(leftBy(`${full} return select(2, f:setvbuf("no"))`), ['write /dev/full: no space left on device', 0])
    assert.deepEqual(leftBy(`${full} return select(2, pcall(f.close, f))`), ['<string>:1: write /dev/full: no space left on device', 0])
  })
  test('one without a name leaves nothing in the folder of such files', () => {
    const before = new Set(readdirSync(tmpdir()))
    assert.deepEqual(leftBy('local f = io.tmpfile() f:write("abc") f:seek("set") return f:read("*a")'), ['abc', 0])
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => !before.has(name) && /^[0-9a-f]{16}$/.test(name)),
      [],
    )
  })
  test('one that is closed has no place, and none is before the beginning', () => {
    assert.deepEqual(leftBy('local f = io.open("/dev/null") f:close() return select(2, f:seek("end"))'), [
      'seek /dev/null: file already closed',
      0,
    ])
    assert.deepEqual(leftBy('return select(2, io.open("/dev/null"):seek("set", -1))'), ['seek /dev/null: invalid argument', 0])
  })
})

describe('depth', () => {
  test('recursion ends in an error that pcall catches', () =>
    assert.equal(output('local function r() return 1 + r() end print(pcall(r))'), 'false\t<string>:1: stack overflow'))
  test('so does recursion through library functions', () =>
    assert.equal(output('local function r(s) return (s:gsub(".", r)) end print(pcall(r, "x"))'), 'false\t<string>:1: stack overflow'))
  test('what nests too deeply does not compile', () => {
    for (const source of [
      '('.repeat(5000),
      `x = ${'{'.repeat(5000)}`,
      `x = ${'-'.repeat(9000)}1`,
      'do '.repeat(5000),
      `x = ${'function() return '.repeat(900)}`,
    ]) {
      assert.match(output(source), /error: .*(nested too deeply|syntax error)/s)
    }
    assert.match(output(`x = a${'.b'.repeat(20_000)}`), /error: /)
  })
  test('long programs do', () => assert.equal(output(`local s = ${'"a" .. '.repeat(150)}"b" print(#s)`), '151'))
})

describe('nothing of the host can be reached', () => {
  const names = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'call', 'apply', 'length', 'code', 'env']
  for (const name of names) {
    test(`"${name}" is no field of any value`, () => {
      const source = `local function try(v) local ok, r = pcall(function() return v.${name} end) return ok and r end
        print(try({}), try(print), try(""), try(1), try(true), try(coroutine.create(print)), try(newproxy()), ({}).${name}, _G.${name}, ${name})`
      assert.equal(output(source), 'nil\tfalse\tnil\tfalse\tfalse\tfalse\tfalse\tnil\tnil\tnil')
    })
    test(`"${name}" is a key like any other`, () =>
      assert.equal(output(`local t = {${name} = 1} t.${name} = t.${name} + 1 ${name} = 5 print(t.${name}, ${name})`), '2\t5'))
  }
  test('the metatable of strings is the library, and nothing more', () =>
    assert.equal(
      output('print(getmetatable("").__index == string, getmetatable("").constructor, pcall(string.dump, print))'),
      'true\tnil\tfalse\t<string>:1: GopherLua does not support the string.dump',
    ))
  test('text of a program never becomes JavaScript', () => {
    const hostile = ['"\\n//', '`${1}`', "');throw 1;('", '\\u2028', '*/ throw 1 /*', '</script>', '\\0\\255']
    for (const text of hostile) {
      assert.equal(output(`local s = [==[${text}]==] local t = {[s] = s} print(t[s] == s, #s == #([==[${text}]==]))`), 'true\ttrue')
      assert.equal(output(`print(loadstring("return 1", [==[${text}]==])())`), '1')
    }
  })
  test('programs start no programs and end no process unless the host lets them', () => {
    assert.equal(
      output('print(os.execute("true"), io.popen("ls")) os.exit(3) print("after")'),
      '1\tnil\tfork/exec /bin/sh: operation not permitted\nerror: stop: exit',
    )
  })
})

describe('states', () => {
  test('see nothing of each other', () => {
    const spoil = compile(
      'string.x = 1 table.concat = nil print = nil _G.y = 1 getmetatable("").__index = nil package.path = "" math.pi = 3 io.write = nil',
    )
    new LuaState({ openLibs: true }).run(spoil)
    assert.equal(
      output('print(string.x, type(table.concat), y, ("a"):upper(), #package.path > 0, math.pi > 3.1, type(io.write))'),
      'nil\tfunction\tnil\tA\ttrue\ttrue\tfunction',
    )
  })
  test('have marks of their own for modules that are loading', () => {
    const load = (body: string): string => output(`package.preload.m = function() ${body} end require("m")`, { openLibs: false })
    assert.equal(
      load('setmetatable(package.loaded.m, {__index = {x = 1}}) print(package.loaded.m.x, pcall(require, "m"))').slice(0, 7),
      '1\tfalse',
    )
    assert.equal(load('print(getmetatable(package.loaded.m))'), 'nil')
  })
  test('share compiled chunks', () => {
    const chunk = compile('n = (n or 0) + 1 return n')
    const [one, other] = [new LuaState(), new LuaState()]
    assert.deepEqual([one.run(chunk), one.run(chunk), other.run(chunk)], [[1], [2], [1]])
  })
  test('go on after an error', () => {
    const state = new LuaState()
    assert.throws(() => state.run(compile('local function r() return 1 + r() end r()')), /stack overflow/)
    assert.deepEqual(state.run(compile('local function d(n) return n == 0 and 0 or 1 + d(n - 1) end return d(200)')), [200])
  })
})
