import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions, makeRequest } from '../../../testing/index.ts'
import { lambda } from './index.ts'
import { encodeParams } from './payload.ts'

test('for GET a function gets the parameters, their names in lower case and in order', () => {
  const encode = (params: Record<string, string>) => encodeParams(makeRequest({ params: new Map(Object.entries(params)) })).toString()
  assert.equal(encode({ UserId: '42', A: '<é>' }), '{"a":"\\u003cé\\u003e","userid":"42"}\n')
  assert.equal(encode({}), '{}\n')
})

test('settings that come to nothing are findings', () => {
  assert.deepEqual(checkOptions(lambda, { function_name: 'f', region: 'r', endpoint: 'http://e:1' }), [])
  assert.deepEqual(checkOptions(lambda, { function_param_name: 'Name' }), [])
  assert.deepEqual(checkOptions(lambda, { endpoint: 'http://e:1' }), [
    'warning function_param_name: no function is named, and "function" is no parameter: names of parameters begin with an upper-case letter here',
    'warning endpoint: counts only with a "region": ignored',
  ])
  assert.deepEqual(checkOptions(lambda, { function_name: 'f', region: 'r', endpoint: 'nowhere' }), [
    'error endpoint: "nowhere" is no URL: every call fails',
  ])
})
