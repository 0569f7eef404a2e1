// The language itself: what programs print, case by case, by the rules of gopher-lua.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { output } from './test-support.ts'

const CASES: Readonly<Record<string, readonly (readonly [source: string, printed: string])[]>> = {
  numbers: [
    ['print(3.0, 0.5, 1e15, 1e18, 1e19, 12345678.9, 1e-7)', '3\t0.5\t1000000000000000\t1000000000000000000\t1e+19\t1.23456789e+07\t1e-07'],
    ['print(2^53, -2^63, 2^63, 1/0, -1/0, 0/0, -0)', '9007199254740992\t-9223372036854775808\t9.223372036854776e+18\t+Inf\t-Inf\tNaN\t0'],
    ['print(010, 08, 0x1F, 0xffffffffffffffff, 1e309)', '10\t8\t31\tNaN\tNaN'],
    ['print(7 % 3, -7 % 3, 7 % -3, 5 % (1/0), -5 % (1/0))', '1\t2\t-2\t5\t+Inf'],
    ['print(2^10, 10^-2, (-8)^(1/3), 2^0.5, 10^15)', '1024\t0.01\tNaN\t1.4142135623730951\t1000000000000000'],
    ['print("10" + 5, "0x10" * 2, " 3 " - 1, "1e1" + 0)', '15\t32\t2\t10'],
    [
      'print(tonumber("1e3"), tonumber("1.0e3"), tonumber("ff", 16), tonumber("0x1F"), tonumber("z", 36), tonumber(""))',
      'nil\t1000\t255\t31\t35\tnil',
    ],
  ],
  'assignment and calls': [
    ['local a, b = 1, 2 a, b = b, a print(a, b)', '2\t1'],
    ['local t, i = {}, 1 i, t[i] = 2, "x" print(i, t[1])', '2\tx'],
    [
      'local function f() return 1, 2 end print(f(), f()) print((f()), {f(), f()}[3])',
      "error: <string> line:1(column:75) near '[':   syntax error\n",
    ],
    ['local function f() return 1, 2 end print(f(), f()) print((f()))', '1\t1\t2\n1'],
    ['local function f(...) return select("#", ...), ... end print(f(nil, 2))', '2\tnil\t2'],
    ['local function f(...) return arg.n, arg[1] end print(f("a", "b"))', '2\ta'],
    ['local function f(n) if n == 0 then return "done" end return f(n - 1) end print(f(100000))', 'done'],
    ['local o = {n = 1} function o:add(k) self.n = self.n + k return self end print(o:add(2):add(3).n)', '6'],
    ['local function f() end print(f(), (f()), select("#", f()))', 'nil\tnil\t0'],
    [
      'local n = 5 local function f() return 10 end print((function() return n + f(), n - f(1), n < f(), n == f(), n * (2 + f()) end)())',
      '15\t-5\ttrue\tfalse\t60',
    ],
    ['local n = 5 local function f() n = 7 return 10 end print((function() return n + f() end)(), n)', '15\t7'],
    ['local f = function(n) return n < 2 and 1 or n * f(n - 1) end print(f(5))', '120'],
  ],
  'closures and loops': [
    ['local t = {} for i = 1, 3 do t[i] = function() i = i + 1 return i end end print(t[1](), t[1](), t[3]())', '2\t3\t4'],
    ['local t, k = {}, 1 while k < 3 do local x = k t[k] = function() return x end k = k + 1 end print(t[1](), t[2]())', '1\t2'],
    ['for i = 1, 0 do print(i) end for i = 3, 1, -1 do io.write(i, " ") end for i = 1, 10, 0 do print("never") end', '3\n \n2\n \n1\n '],
    ['for i = 1, "x" do end', 'error: <string>:1: for statement limit must be a number'],
    ['local n = 0 repeat local done = n >= 3 n = n + 1 until done print(n)', '4'],
    ['for k, v in pairs({c = 1, a = 2, 10, 20}) do print(k, v) end', '1\t10\n2\t20\nc\t1\na\t2'],
    ['local t = {c = 1, a = 2} t.c = nil t.d = 3 t.c = 4 for k, v in pairs(t) do print(k, v) end', 'c\t4\na\t2\nd\t3'],
  ],
  goto: [
    ['for i = 1, 3 do if i == 2 then goto continue end print(i) ::continue:: end', '1\n3'],
    ['local i = 1 ::top:: if i <= 3 then print(i) i = i + 1 goto top end', '1\n2\n3'],
    ['for i = 1, 3 do for j = 1, 3 do if j == 2 then goto out end print(i, j) end end ::out:: print("out")', '1\t1\nout'],
    [
      'local t = {} do local i = 1 ::l:: local k = i t[i] = function() return k end i = i + 1 if i <= 3 then goto l end end print(t[1](), t[3]())',
      '1\t3',
    ],
    ['goto a do print("skipped") end ::a:: print(1) do goto b end print("skipped") ::b:: print(2)', '1\n2'],
    [
      'goto f\nlocal x = 1\n::f::\nprint(x)',
      "error: compile error near line(4) <string>: <goto f> at line 1 jumps into the scope of local 'x'",
    ],
    ['do goto inner end\ndo ::inner:: end', "error: compile error near line(3) <string>: no visible label 'inner' for <goto> at line 1"],
    ['::a:: ::a::', "error: compile error near line(2) <string>: label 'a' already defined on line 1"],
    [
      'repeat local x = 1 if x then goto c end local y = 2 ::c:: until x',
      "error: compile error near line(2) <string>: <goto c> at line 1 jumps into the scope of local 'y'",
    ],
    ['break', 'error: compile error near line(1) <string>: no loop to break'],
  ],
  'syntax errors': [
    ['x = = 1', "error: <string> line:1(column:5) near '=':   syntax error\n"],
    ['lokal b = 1', "error: <string> line:1(column:7) near 'b':   parse error\n"],
    ['if x then', 'error: <string> at EOF:   syntax error\n'],
    ['x = "abc\ny"', "error: <string> line:2(column:0) near 'abc':   unterminated string\n"],
    ['x = [[a', 'error: <string> at EOF:   unterminated multiline string\n'],
    ['x = @', "error: <string> line:1(column:5) near '@':   Invalid token\n"],
    ['x = 0x', "error: <string> line:1(column:6) near '0x':   illegal hexadecimal number\n"],
    ['local function f() return ... end', "error: compile error near line(1) <string>: cannot use '...' outside a vararg function"],
  ],
  metatables: [
    ['local t = setmetatable({}, {__index = function(_, k) return k .. "!" end}) print(t.a, t[1])', 'a!\t1!'],
    [
      'local mt = {__eq = function() return true end} print(setmetatable({}, mt) == setmetatable({}, mt), setmetatable({}, mt) == {})',
      'true\tfalse',
    ],
    ['local t = setmetatable({}, {__lt = function(a, b) return true end}) print(pcall(function() return t <= t end))', 'true\tfalse'],
    ['print(setmetatable({}, {__len = function() return 42 end}) and #setmetatable({}, {__len = function() return 42 end}))', '42'],
    ['local t = setmetatable({}, {__concat = function() return "cat" end}) print(t .. "x", 1 .. t, "a" .. "b" .. t)', 'cat\tcat\tacat'],
    [
      'local t = setmetatable({}, {__call = function(self, ...) return select("#", ...) end}) print(t(), t(nil), pcall(t, 1))',
      '0\t1\ttrue\t1',
    ],
    ['local t = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) t.a = 5 print(t.a)', '10'],
    [
      'print(getmetatable(setmetatable({}, {__metatable = "locked"})), pcall(setmetatable, setmetatable({}, {__metatable = 1}), {}))',
      'locked\tfalse\t<string>:1: cannot change a protected metatable',
    ],
    [
      'print(-setmetatable({}, {__unm = function() return "neg" end}), tostring(setmetatable({}, {__tostring = function() return "T" end})))',
      'neg\tT',
    ],
  ],
  errors: [
    ['local t\nprint(t.x)', "error: <string>:2: attempt to index a non-table object(nil) with key 'x'"],
    ['nope()', 'error: <string>:1: attempt to call a non-function object'],
    ['nope(print("first"))', 'first\nerror: <string>:1: attempt to call a non-function object'],
    ['print(pcall(nil))', 'false\tattempt to call a nil value'],
    ['print({} + 1)', 'error: <string>:1: cannot perform add operation between table and number'],
    ['print(1 < "2")', 'error: <string>:1: attempt to compare number with string'],
    ['print("a" .. nil)', 'error: <string>:1: cannot perform concat operation between string and nil'],
    ['string.rep()', 'error: <string>:1: bad argument #1 to rep (string expected, got nil)'],
    ['print(pcall(string.rep, "x", {}))', 'false\t<string>:1: bad argument #2 to (anonymous) (number expected, got table)'],
    ['print(pcall(error, {1}) , select(2, pcall(error, {code = 5})).code)', 'false\t5'],
    [
      'local function f()\n  error("m", 2)\nend\nlocal function g()\n  f()\nend\nprint(pcall(g)) print(pcall(error, "m", 0)) print(pcall(error))',
      'false\t<string>:2: m\nfalse\tm\nfalse\t<string>:7: bad argument #1 to (anonymous) (value expected)',
    ],
    ['local function r() return 1 + r() end print(pcall(r))', 'false\t<string>:1: stack overflow'],
    [
      'local t = {} for i = 1, 6000 do t[i] = i end print(pcall(function() return select("#", unpack(t)) end))',
      'false\t<string>:1: registry overflow',
    ],
    ['print(xpcall(function() error("x") end, function(m) return "handled: " .. m end))', 'false\thandled: <string>:1: x'],
  ],
}

for (const [group, cases] of Object.entries(CASES)) {
  describe(group, () => {
    for (const [source, printed] of cases) test(source.replaceAll('\n', ' '), () => assert.equal(output(source), printed))
  })
}
