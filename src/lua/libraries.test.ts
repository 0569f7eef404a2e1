// The libraries: what their functions give, case by case, by the rules of gopher-lua.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { output } from './test-support.ts'

const CASES: Readonly<Record<string, readonly (readonly [source: string, printed: string])[]>> = {
  string: [
    ['print(#"é", ("é"):byte(1, -1), ("hello"):sub(-3, -2), ("abc"):reverse())', '2\t195\tll\tcba'],
    ['print(("É"):lower(), ("é"):upper(), ("ß"):upper(), string.char(195, 169))', 'é\tÉ\tß\té'],
    ['print(("abc"):find("b", 1, true), ("a.b"):find("."), ("x"):find(""))', '2\t1\t1\t0'],
    ['print(("key = value"):match("^(%w+)%s*=%s*(%w+)$")) print(select("#", ("a"):match("b")))', 'key\tvalue\n0'],
    [
      'print(("hello"):gsub("l", "L", 1)) print(("abc"):gsub("%w", "%0%0")) print(("$a"):gsub("%$(%w+)", {a = 1.5}))',
      'heLlo\t1\naabbcc\t3\n1.5\t1',
    ],
    ['print(("f(a(b))"):match("%b()"), ("abab"):match("(ab)%1"), ("abc"):gsub("()b", "%1"))', '(a(b))\tab\ta2c\t1'],
    ['for k, v in ("a=1,b=2"):gmatch("(%w)=(%w)") do print(k, v) end', 'a\t1\nb\t2'],
    ['print(("x"):match("[a"))', 'error: <string>:1: unexpected EOS at 1'],
    ['print(pcall(string.gsub, "alo", "(%1)", "a"))', 'false\t<string>:1: invalid capture index'],
    ['print(("%5.2f|%-5s|%05d|%x|%q"):format(3.14159, "ab", 42, 255, "a\\"b"))', ' 3.14|ab   |00042|ff|"a\\"b"'],
    ['print(("%s %d"):format("a"), ("%d"):format("12"), ("%d"):format("x"), ("%y"):format(1))', 'a %!d(MISSING)\t12\t0\t%!y(int64=1)'],
    ['print(("100%%"):format(5, 6), ("%%%%"):format(), ("%%"):format(true))', '100%%!(EXTRA lua.LNumber=5)\t%%\t%%!(EXTRA lua.LBool=true)'],
    ['local s = ("é"):rep(5000) .. "😀ßa" print(s:upper() == ("É"):rep(5000) .. "😀ßA", ("ΑΣ"):lower())', 'true\tασ'],
    ['print(type(string.gsub(5, "x", "")), type(string.gsub(5, "5", "1")))', 'number\tstring'],
    ['print(("aXbX"):find("()X%1"), ("1a"):match("()%1"))', '2\t1'],
    ['print(select("#", ("abc"):byte(0 / 0, 2)), select("#", ("abc"):byte(1 / 0, 2)))', '0\t0'],
    ['debug.setmetatable("", {__tostring = function() return "T" end}) print("x", tostring("y"))', 'T\tT'],
    ['print(tonumber("1_000", 0), tonumber("1_000"), "1_000" + 0, tonumber("1_", 0))', '1000\tnil\t1000\tnil'],
    ['print(("%.0f %.0f %.20f %g %e"):format(0.5, 1.5, 0.1, 1e20, 12345.678))', '0 2 0.10000000000000000555 1e+20 1.234568e+04'],
  ],
  table: [
    [
      'local t = {1, 2, 3} table.insert(t, 2, "x") print(table.concat(t, ","), table.remove(t, 1), table.remove(t), #t)',
      '1,x,2,3\t1\t3\t2',
    ],
    ['print(#{1, 2, nil, 4}, #{nil}, #{nil, nil, 3}) local t = {} t[10] = 1 print(#t)', '4\t0\t3\n10'],
    ['local t = {5, 2, 8, 1} table.sort(t, function(a, b) return a > b end) print(table.concat(t, " "))', '8 5 2 1'],
    [
      'local t = {} for i = 1, 100 do t[i] = (i * 37) % 101 end table.sort(t) local ok = true for i = 2, 100 do ok = ok and t[i - 1] <= t[i] end print(ok)',
      'true',
    ],
    [
      'local t = {} t[50000000] = "far" t[1] = "a" print(#t, t[50000000]) for k in pairs(t) do io.write(k, ";") end',
      '50000000\tfar\n1\n;\n50000000\n;',
    ],
    ['print(type(table.concat({5}, ",")), type(table.concat({5, 6}, ",")), type(table.concat({"5"})))', 'number\tstring\tstring'],
    ['print(table.remove({1, 2}, 0 / 0), table.remove({1, 2}, 0), #{1,, 2;;})', 'nil\t2\t2'],
    ['table.concat({1, {}, 3})', 'error: <string>:1: invalid value (table) at index 2 in table for concat'],
    ['table.sort({1, "a"})', 'error: <string>:1: attempt to compare string with number'],
    ['({})[nil] = 1', 'error: <string>:1: table index is nil'],
    ['local t = {} t[nil] = 1', 'error: <string>:1: table index is nil'],
  ],
  'math and os': [
    [
      'print(math.floor(-3.5), math.ceil(3.2), math.max(1, 5), math.fmod(-7, 3), math.huge, math.modf(3.7))',
      '-4\t4\t5\t-1\t1.7976931348623157e+308\t3\t0.7000000000000002',
    ],
    ['print(pcall(math.random, 0)) print(math.random(5, 5))', 'false\tinvalid argument to Intn\n5'],
    ['print(math.log10(10), math.log10(100), math.log10(1000))', '1\t2\t3'],
    [
      'print(os.date("!%Y-%m-%dT%H:%M:%SZ %a %p %j", 1700000000), os.date("!%c", 0))',
      '2023-11-14T22:13:20Z mon PM %j\t01 Jan 70 00:00 UTC',
    ],
    ['print(os.difftime(10, 4), os.difftime(1, 2 ^ 63))', '6\t-9223372036854775808'],
    ['print(os.time(), os.date("!%H:%M"))', '1700000000\t22:13'],
    ['print(os.time(os.date("*t", 1234567890)), os.getenv("X"), os.setlocale("C"))', '1234567890\tnil\tfalse'],
    ['print(pcall(os.date, "%c", 1e18)) print(pcall(os.date, "!*t", -1e18))', 'false\t<string>:1: time out of range\n'.repeat(2).trimEnd()],
    ['print(os.remove("/nonexistent/x"))', 'nil\tremove /nonexistent/x: no such file or directory'],
    ['print(io.read(), io.read("*a"), io.stdin:read(1))', 'nil\t\tnil'],
    ['print(io.open("/nonexistent/x"))', 'nil\topen /nonexistent/x: no such file or directory\t1'],
    ['print(io.open("/"):read(1))', 'nil\tread /: is a directory\t1'],
    ['print(pcall(io.lines("/")))', 'false\t<string>:1: read /: is a directory'],
  ],
  io: [
    [
      'local n = os.tmpname() local f = io.open(n, "w") print(f:setvbuf("full", 2000), f:write("one\\n2 3.5 rest\\n", 7)) local r = io.open(n) print(r:read("*a")) f:close() print(r:read("*l", "*n", "*n", "*l")) print(r:read(1), r:read(5), r:read("*l"), r:seek("set", 1), r:read(2)) print(pcall(io.close, f)) r:close() for l in io.lines(n) do print(l) end print(tostring(f), io.type(f), os.remove(n))',
      'true\ttrue\n\none\t2\t3.5\t rest\n7\tnil\tnil\t1\tne\nfalse\tCLOSED\none\n2 3.5 rest\n7\nfile (closed)\tclosed file\ttrue',
    ],
  ],
  'loading and environments': [
    ['print(loadstring("return ...")(5, 6)) print(loadstring("x ="))', '5\t6\nnil\t<string> at EOF:   syntax error\n'],
    ['local f = loadstring("return y") setfenv(f, {y = "env"}) print(f(), y, getfenv(1) == _G)', 'env\tnil\ttrue'],
    ['setfenv(1, {print = print, x = "new"}) print(x)', 'new'],
    ['package.preload.m = function(n) return {name = n} end print(require("m").name, require("m") == package.loaded.m)', 'm\ttrue'],
    ['module("mm", package.seeall) y = 1 print(y, _G.mm.y)', '1\t1'],
    ['print(select(2, pcall(require, "no.such")):sub(1, 40))', '<string>:1: module no.such not found:\n\tn'],
    ['print(dofile("/nonexistent.lua"))', 'error: open /nonexistent.lua: no such file or directory'],
  ],
  coroutines: [
    ['local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) print(co(1), co(10))', '2\t20'],
    [
      'local co = coroutine.create(function() error("oops") end) print(coroutine.resume(co)) print(coroutine.resume(co), coroutine.status(co))',
      'false\t<string>:1: oops\nfalse\tdead',
    ],
    ['for v in coroutine.wrap(function() for _, v in ipairs{"x", "y"} do coroutine.yield(v) end end) do print(v) end', 'x\ny'],
    ['local co = coroutine.wrap(function() return pcall(coroutine.yield, 1) end) print(co(), co("in"))', '1\ttrue\tin'],
    ['print(pcall(coroutine.yield, 1)) print(coroutine.running())', 'false\t<string>:1: can not yield from outside of a coroutine\nnil'],
    [
      'local co = coroutine.create(function() return (("abc"):gsub("%w", coroutine.yield)) end) print(coroutine.resume(co))',
      'false\t<string>:1: attempt to yield across metamethod/C-call boundary',
    ],
    [
      'local co co = coroutine.create(function() print(coroutine.resume(co)) end) coroutine.resume(co)',
      'false\tcan not resume a running thread',
    ],
  ],
}

const CLOSED: readonly (readonly [source: string, printed: string])[] = [
  [
    'print(type(string), type(math), type(os), type(io), type(debug), type(coroutine), type(table), type(package))',
    'nil\tnil\tnil\tnil\tnil\tnil\ttable\ttable',
  ],
  ['print(("x"):upper())', "error: <string>:1: attempt to index a non-table object(string) with key 'upper'"],
  ['print(#"abc", "a" .. 1, tostring(1.5), tonumber("2"), pcall(error, "x"))', '3\ta1\t1.5\t2\tfalse\t<string>:1: x'],
]

for (const [group, cases] of Object.entries(CASES)) {
  describe(group, () => {
    for (const [source, printed] of cases)
      test(source, () => assert.equal(output(source).replace(/<string>:1: close .*: file already closed/, 'CLOSED'), printed))
  })
}

describe('closed libraries', () => {
  for (const [source, printed] of CLOSED) test(source, () => assert.equal(output(source, { openLibs: false }), printed))
})
