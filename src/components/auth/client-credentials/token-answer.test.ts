// What a token endpoint's answer is taken for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTokenAnswer } from './token-answer.ts'

test('answers that are a token', () => {
  const read = (body: string, contentType = 'application/json') => {
    const token = readTokenAnswer({ statusCode: 200, contentType, body: Buffer.from(body) })
    return [token.authorization, token.lifetimeSeconds]
  }
  assert.deepEqual(read('{"access_token":"t","token_type":"BEARER","expires_in":"60"}'), ['Bearer t', 60])
  assert.deepEqual(read('{"access_token":"t","token_type":"mac","expires_in":null}', ''), ['MAC t', 0])
  assert.deepEqual(read('{"Access_Token":"t","token_type":"basic"}'), ['Basic t', 0])
  assert.deepEqual(read('{"access_token":"t","token_type":"Custom","expires_in":1e15}'), ['Custom t', 2 ** 31 - 1])
  assert.deepEqual(read('{"access_token":"t","token_type":""}'), ['Bearer t', 0])
  for (const type of ['constructor', '__proto__', 'toString']) {
    assert.deepEqual(read(JSON.stringify({ access_token: 't', token_type: type })), [`${type} t`, 0])
  }
  assert.deepEqual(read('access_token=tok%20f&expires_in=5', 'application/x-www-form-urlencoded; charset=utf-8'), ['Bearer tok f', 5])
  assert.deepEqual(read('access_token=t&token_type=mac&expires_in=soon', 'Text/Plain'), ['MAC t', 0])
})

test('answers that are none', () => {
  const cases: [number, string, string | RegExp][] = [
    [500, 'down', 'oauth2: cannot fetch token: 500 Internal Server Error\nResponse: down'],
    [403, '{"error":"access_denied","error_description":"no"}', 'oauth2: "access_denied" "no"'],
    [401, '{"error":"invalid_client"}', 'oauth2: "invalid_client"'],
    [200, '{"error":"invalid_scope","access_token":"t"}', 'oauth2: "invalid_scope"'],
    [200, '{"token_type":"bearer"}', 'oauth2: server response missing access_token'],
    [200, 'null', 'oauth2: server response missing access_token'],
    [200, '<html>', "oauth2: cannot parse json: invalid character '<' looking for beginning of value"],
    [200, '{', 'oauth2: cannot parse json: unexpected end of JSON input'],
    [200, '[]', /^oauth2: cannot parse json: /],
    [200, '{"access_token":5}', /^oauth2: cannot parse json: /],
    [200, '{"access_token":"t","expires_in":1.5}', /^oauth2: cannot parse json: /],
    [200, `{"access_token":"${'t'.repeat(1024 * 1024)}"}`, /^oauth2: cannot parse json: /],
  ]
  for (const [statusCode, body, message] of cases) {
    assert.throws(
      () => readTokenAnswer({ statusCode, contentType: 'application/json', body: Buffer.from(body) }),
      { message },
      body.slice(0, 60),
    )
  }
})
