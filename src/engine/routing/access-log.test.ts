import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeExchange } from '../../testing/index.ts'
import { GatewayError, MergeError } from '../errors.ts'
import { accessLog } from './access-log.ts'

test('nothing of a request begins a line or moves a cursor', () => {
  const lines: string[] = []
  const layer = accessLog({ skippedPaths: [], rounds: false, write: (line) => lines.push(line) })
  const exchange = makeExchange({ method: 'GET\u009b', target: '/a%E2%80%A8b%C2%9Bc%0Ad%1B?q=\u2029' })
  exchange.clientIp = '\u009b2J1.1.1.1\u2028\u001b'
  void layer(() => exchange.answer(200))(exchange)
  exchange.finish()
  assert.equal(lines.length, 1)
  assert.match(lines[0] as string, / \\u009b2J1\.1\.1\.1\\u2028\\u001b \| GET\\u009b {2}"\/a\\u2028b\\u009bc\\nd\\x1b\?q=\\u2029"\n$/)
})

test('what went wrong stands below the line, one numbered line for each error', () => {
  const lines: string[] = []
  const layer = accessLog({ skippedPaths: [], rounds: true, write: (line) => lines.push(line) })
  const exchange = makeExchange({ target: '/x' })
  exchange.failure = new MergeError([new Error('first'), new Error('second\nforged')])
  void layer(() => exchange.answer(500))(exchange)
  exchange.finish()
  assert.match(lines.join(''), /"\/x"\nError #01: first\nError #02: second\\nforged\n$/)
})

test('of what the log tells in other words there is no line below', () => {
  const lines: string[] = []
  const layer = accessLog({ skippedPaths: [], rounds: true, write: (line) => lines.push(line) })
  const exchange = makeExchange({ target: '/x' })
  exchange.failure = new GatewayError('unauthorized', { code: 'ERR_UNAUTHORIZED', statusCode: 401, isTold: true })
  void layer(() => exchange.answer(401))(exchange)
  exchange.finish()
  assert.match(lines.join(''), /^[^\n]* "\/x"\n$/)
})
