// The ways in and out for the host: values, types of userdata, errors, waiting for promises.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytesOfText, textOfBytes } from './bytes.ts'
import { checkString, checkUserData } from './check.ts'
import { compile } from './compile.ts'
import { LuaError, LuaSyntaxError } from './errors.ts'
import { textOfValue } from './number-format.ts'
import { LuaState } from './state.ts'
import { LuaTable } from './table.ts'
import { LuaUserData, native, NOTHING, suspending } from './value.ts'
import type { Value } from './value.ts'

describe('userdata', () => {
  const methods = LuaTable.of({
    headers: native((thread, ...args) => {
      const headers = checkUserData(thread, args, 0).value as Map<string, string>
      if (args.length === 2) return headers.get(checkString(thread, args, 1)) ?? ''
      headers.set(checkString(thread, args, 1), checkString(thread, args, 2))
      return NOTHING
    }),
  })

  function stateWith(headers: Map<string, string>): LuaState {
    const state = new LuaState()
    const metatable = LuaTable.of({ __index: methods })
    state.setGlobal('request', LuaTable.of({ load: native(() => new LuaUserData(headers, metatable)) }))
    return state
  }

  test('has methods, and arguments are checked by the name they are called with', () => {
    const headers = new Map([['X-A', '1']])
    const state = stateWith(headers)
    assert.deepEqual(
      state.run(compile('local r = request.load() r:headers("X-B", r:headers("X-A") + 1) return type(r), r:headers("X-B")')),
      ['userdata', '2'],
    )
    assert.throws(() => state.run(compile('local r = request.load()\nr:headers(nil)')), {
      message: '<string>:2: bad argument #2 to headers (string expected, got nil)',
    })
    assert.throws(() => state.run(compile('request.load().headers(5, "x")')), {
      message: '<string>:1: bad argument #1 to headers (userdata expected, got number)',
    })
    assert.throws(() => state.run(compile('request.load().x.y = 1')), LuaError)
    assert.throws(() => state.run(compile('request.load().x = 1')), {
      message: "<string>:1: attempt to index a non-table object(userdata) with key 'x'",
    })
  })
})

describe('errors', () => {
  test('carry value, line and traceback', () => {
    const error = failure('local function f()\n  error({code = 404})\nend\nf()')
    assert.ok(error instanceof LuaError && error.value instanceof LuaTable)
    assert.equal(error.value.getString('code'), 404)
    assert.equal(error.line, 2)
    assert.match(error.traceback, /stack traceback:\n.*function 'error'\n.*<string>:2: in function 'f'\n.*main chunk/)
  })
  test('of syntax carry line, column and token', () => {
    assert.throws(
      () => compile('x = 1\ny = = 2'),
      (error) => {
        assert.ok(error instanceof LuaSyntaxError)
        assert.deepEqual([error.line, error.column, error.near, error.reason], [2, 5, '=', 'syntax error'])
        return true
      },
    )
  })
  test('thrown by host functions that are bugs pass through pcall', () => {
    const state = new LuaState()
    state.setGlobal(
      'bug',
      native(() => {
        throw new TypeError('a bug')
      }),
    )
    assert.throws(() => state.run(compile('pcall(bug)')), TypeError)
  })
})

function failure(source: string): unknown {
  try {
    new LuaState().run(compile(source))
  } catch (error) {
    return error
  }
  return null
}

describe('waiting', () => {
  const later = suspending(async (_thread, args): Promise<Value[]> => {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    if (args[0] === 'bad') throw LuaError.of('refused', 'refused')
    return [`got ${textOfValue(args[0])}`, 2]
  })

  async function runWaiting(source: string): Promise<Value[]> {
    const state = new LuaState({ openLibs: true, isSuspendable: true })
    state.setGlobal('later', later)
    return state.runAsync(compile(source))
  }

  test('is a call like any other for the script', async () => {
    assert.deepEqual(await runWaiting('local function f(x) return later(x) end local a, b = f("x") return a, b'), ['got x', 2])
    assert.deepEqual(await runWaiting('return pcall(later, "bad")'), [false, 'refused'])
    assert.deepEqual(await runWaiting('for i = 1, 3 do r = (r or "") .. later(i) .. ";" end return r'), ['got 1;got 2;got 3;'])
    assert.deepEqual(
      await runWaiting('local co = coroutine.wrap(function() coroutine.yield(later("a")) return later("b") end) return co(), co()'),
      ['got a', 'got b', 2],
    )
    await assert.rejects(runWaiting('later("bad")'), { message: 'refused' })
  })
  test('is refused where nothing can be suspended', async () => {
    await assert.rejects(
      runWaiting('table.sort({1, 2}, function() return later(1) end)'),
      /attempt to wait across metamethod\/C-call boundary/,
    )
    const state = new LuaState()
    state.setGlobal('later', later)
    assert.throws(() => state.run(compile('later(1)')), /attempt to wait across metamethod\/C-call boundary/)
  })
  test('says which programs could need it', () => {
    const chunk = compile('local h = _G["later"] t.field = other')
    assert.deepEqual(
      ['later', 'other', 'h', 'missing'].map((word) => chunk.mentions(word)),
      [true, true, false, false],
    )
  })
})

test('texts of the host keep their bytes', () => {
  for (const text of ['', 'ascii', 'é', '日本', '\u{1f600}']) assert.equal(textOfBytes(bytesOfText(text)), text)
  assert.equal(textOfBytes('\xff'), '\ufffd')
})
