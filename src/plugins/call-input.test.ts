// What `site.call` and `site.fetch` say of wrong arguments: each mistake has a TypeError that names it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scope } from '../engine/scope.ts'
import { makeSite } from '../testing/index.ts'
import { paramsOf, queryOf } from './call-input.ts'
import { callEndpoint, fetchFrom } from './outgoing.ts'

const refuse = (): never => {
  throw new Error('was asked')
}

function call(input: unknown, options: unknown = {}): Promise<unknown> {
  return callEndpoint(refuse, Scope.root(), 'GET /x', input as never, options as never)
}

test('call: each mistake by its name', async () => {
  for (const [input, message] of [
    [null, 'the input must be an object, not null'],
    ['a=1', 'the input must be an object, not a string'],
    [{ parms: {} }, 'unknown member "parms" of the input: did you mean "params"?'],
    [{ json: {} }, 'unknown member "json" of the input: there are params, query, headers, body, data'],
    [{ data: {}, body: '' }, 'there are data and a body: a request has one of them'],
    [{ body: 1 }, 'body is a text or bytes, not a number'],
    [{ query: 'a=1' }, 'query is an object or a list of pairs, not a string'],
    [{ query: null }, 'query is an object or a list of pairs, not null'],
    [{ query: ['a'] }, 'query is a list of names and values, not of a string'],
    [{ query: { a: undefined } }, 'query.a is a text, not undefined'],
    [{ headers: 'X: 1' }, 'headers is an object or a list of pairs, not a string'],
    [{ params: null }, 'params is an object, not null'],
    [{ params: { id: {} } }, 'params.id is a text, not an object of class Object'],
  ] as const)
    await assert.rejects(call(input), new TypeError(`site.call: ${message}`))
  for (const [options, message] of [
    [null, 'the options must be an object, not null'],
    [{ Trusted: {} }, 'unknown member "Trusted" of the options: did you mean "trusted"?'],
    [{ request: {} }, 'request is what a plugin was asked, not an object of class Object'],
    [{ signal: 1 }, 'signal is an AbortSignal, not a number'],
    [{ trusted: { sub: 'a' } }, 'unknown member "sub" of trusted: there are claims'],
    [{ trusted: { claims: null } }, 'trusted.claims is an object, not null'],
  ] as const)
    await assert.rejects(call({}, options), new TypeError(`site.call: ${message}`))
})

test('fetch: the same', async () => {
  const means = { transport: makeSite().transport, scope: Scope.root(), maxBody: 1, userAgent: '' }
  for (const [init, message] of [
    [null, 'the second argument must be an object, not null'],
    [{ methd: 'PUT' }, 'unknown member "methd" of the second argument: did you mean "method"?'],
    [{ data: {}, body: '' }, 'there are data and a body: a request has one of them'],
  ] as const)
    await assert.rejects(fetchFrom(means, 'http://h/', init as never), new TypeError(`site.fetch: ${message}`))
})

test('parameters and queries in all their forms', () => {
  assert.equal(queryOf(), '')
  assert.equal(queryOf({ a: ['1', 'b c'], d: '&' }), 'a=1&a=b+c&d=%26')
  assert.equal(queryOf(new URLSearchParams('a=1&a=2')), 'a=1&a=2')
  assert.equal(queryOf({ page: 2, all: true } as never), 'page=2&all=true')
  assert.deepEqual(paramsOf({ id: 7n } as never), { id: '7' })
})
