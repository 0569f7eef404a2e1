// One token for all who wait and for all workers, with a clock and a server made by hand.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SHARED_TOKEN_BYTES, SharedToken } from './shared-token.ts'
import type { Token } from './token-answer.ts'
import { compileTokenRequests } from './token-request.ts'
import type { TokenRequest } from './token-request.ts'
import { TokenSource } from './token-source.ts'

/** Token sources as workers have them: with one memory, and a server that wants the credentials in the body. */
function workers(grants: readonly string[]) {
  const memory = new SharedArrayBuffer(SHARED_TOKEN_BYTES)
  const requests = compileTokenRequests({ clientId: 'a', clientSecret: 'b', scopes: '', endpointParams: {} })
  const asked: string[] = []
  const server = { isDown: false }
  const fetch = ({ authorization }: TokenRequest): Promise<Token> => {
    asked.push(authorization === null ? 'body' : 'basic')
    const refused = authorization !== null || server.isDown
    return refused ? Promise.reject(new Error('refused')) : Promise.resolve({ authorization: `T ${asked.length}`, lifetimeSeconds: 100 })
  }
  return { asked, server, sources: grants.map((grant) => new TokenSource(requests, fetch, new SharedToken(memory, grant), () => 0)) }
}

test('workers have one token; what one of them drops or learns of the server holds for all', async () => {
  const { asked, sources } = workers(['a', 'a'])
  const [first, second] = sources as [TokenSource, TokenSource]
  // Two at once are one fetch, after which the second worker finds the token.
  const alive = setInterval(() => {}, 1000)
  const [one, other] = await Promise.all([first.next(), second.next()])
  clearInterval(alive)
  assert.deepEqual([one.authorization, other.authorization, asked], ['T 2', 'T 2', ['basic', 'body']])
  second.drop(second.current() as Token)
  assert.equal(first.current(), null)
  assert.equal((await first.next()).authorization, 'T 3')
  assert.equal(second.current()?.authorization, 'T 3')
  assert.deepEqual(asked, ['basic', 'body', 'body'])
  // A token that was replaced meanwhile drops nothing.
  second.drop(one)
  assert.equal(first.current()?.authorization, 'T 3')
})

test('a worker that waited for a fetch that failed tries itself; other credentials have other tokens', async () => {
  const { asked, server, sources } = workers(['a', 'a', 'b'])
  const [first, second, other] = sources as [TokenSource, TokenSource, TokenSource]
  server.isDown = true
  const alive = setInterval(() => {}, 1000)
  const failing = first.next()
  const waiting = second.next()
  await assert.rejects(failing, /refused/)
  server.isDown = false
  assert.equal((await waiting).authorization, 'T 4')
  clearInterval(alive)
  assert.equal(first.current()?.authorization, 'T 4')
  assert.equal(other.current(), null)
  assert.equal((await other.next()).authorization, 'T 6')
  assert.equal(first.current()?.authorization, 'T 4')
  assert.deepEqual(asked, ['basic', 'body', 'basic', 'body', 'basic', 'body'])
})

test('a token that is too long to be shared stays with its worker', async () => {
  const requests = compileTokenRequests({ clientId: 'a', clientSecret: 'b', scopes: '', endpointParams: {} })
  const memory = new SharedArrayBuffer(SHARED_TOKEN_BYTES)
  const fetch = (): Promise<Token> => Promise.resolve({ authorization: 'x'.repeat(SHARED_TOKEN_BYTES), lifetimeSeconds: 0 })
  const [first, second] = ['a', 'a'].map((grant) => new TokenSource(requests, fetch, new SharedToken(memory, grant), () => 0))
  await first?.next()
  assert.equal(first?.current()?.authorization.length, SHARED_TOKEN_BYTES)
  assert.equal(second?.current(), null)
})

test('a token is fetched anew ten seconds before its end, an endless one never', async () => {
  let now = 0
  let lifetimeSeconds = 100
  let fetches = 0
  const requests = compileTokenRequests({ clientId: 'a', clientSecret: 'b', scopes: '', endpointParams: {} })
  const fetch = () => Promise.resolve({ authorization: `T ${++fetches}`, lifetimeSeconds })
  const source = new TokenSource(requests, fetch, new SharedToken(new SharedArrayBuffer(SHARED_TOKEN_BYTES), 'a'), () => now)
  assert.equal(source.current(), null)
  await source.next()
  now = 89_999
  assert.equal(source.current()?.authorization, 'T 1')
  now = 90_000
  assert.equal(source.current(), null)
  lifetimeSeconds = 0
  await source.next()
  now = 1e15
  assert.equal(source.current()?.authorization, 'T 2')
})
