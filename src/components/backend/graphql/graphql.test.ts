// What `backend/graphql` promises: which variables are filled, what goes on the wire, and when it is off.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { bodyOf } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { checkOptions, makeBackend, makeEndpoint, makeRequest, makeSite } from '../../../testing/index.ts'
import { fillHoles, findHoles } from './graphql.ts'
import { graphql } from './index.ts'

const DEFAULTS = { type: 'query', query: '{ a }', query_path: '', operationName: '', variables: {}, method: '' }

const REQUEST = makeRequest({ origin: 'http://127.0.0.1:1', path: '/graphql' })

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly body: string
  readonly length: number | null
}

const siteOf = () => makeSite({ endpoint: makeEndpoint({ path: '/g/:id' }), backend: makeBackend({ urlPattern: '/graphql' }) })

/** What the backend would get. */
async function send(options: Partial<typeof DEFAULTS>, request: Partial<PipeRequest> = {}): Promise<Sent | null> {
  const layer = graphql.build({ ...DEFAULTS, ...options }, siteOf())
  if (layer === null) return null
  let seen: PipeRequest | null = null
  const pipe = layer((inner) => {
    seen = inner
    return Promise.resolve({} as PipeResponse)
  })
  const whole = { ...REQUEST, ...request }
  await pipe(whole, Scope.root())
  const { method, path, headers, body } = seen as unknown as PipeRequest
  return { method, path, headers: headers.fields, body: (await body.bytes()).toString(), length: body.length }
}

test('a query is a POST with the operation as JSON; the body of the client plays no part', async () => {
  assert.deepEqual(
    await send(
      { query: '{ a<b> "é" }' },
      { body: bodyOf(Buffer.from('x')), headers: new HeaderMap(['Content-Type', 'text/plain', 'Content-Length', '1']) },
    ),
    {
      method: 'POST',
      path: '/graphql',
      headers: ['Content-Type', 'application/json'],
      body: String.raw`{"query":"{ a\u003cb\u003e \"é\" }"}`,
      length: 37,
    },
  )
})

test('a variable that is exactly {name} takes the parameter, sorted with the others', async () => {
  const variables = { z: '{id}', a: 'x-{id}', n: { v: '{id}' }, l: ['{id}'], m: '{nope}', e: '', o: '{}', '5': 5 }
  const sent = await send({ operationName: 'Op', variables, method: 'PATCH' }, { params: new Map([['Id', '4"2']]) })
  assert.equal(
    sent?.body,
    String.raw`{"query":"{ a }","operationName":"Op","variables":{"5":5,"a":"x-{id}","e":"","l":["{id}"],"m":"","n":{"v":"{id}"},"o":"{}","z":"4\"2"}}`,
  )
})

test('the body of small variables is made once while they stay the same, and of large ones none is kept', async () => {
  const layer = graphql.build({ ...DEFAULTS, variables: { id: '{id}' } }, siteOf())
  const bodies: (Buffer | null)[] = []
  const pipe = layer?.(({ body }) => {
    bodies.push(body.inMemory)
    return Promise.resolve({} as PipeResponse)
  })
  const large = 'x'.repeat(10_000)
  for (const id of ['1', '1', large, large, '1']) await pipe?.({ ...REQUEST, params: new Map([['Id', id]]) }, Scope.root())
  const [one, two, three, four, five] = bodies
  assert.equal(one, two)
  assert.notEqual(three, four)
  assert.deepEqual(three, four)
  assert.equal(five, one)
})

test('requests do not see the variables of each other', async () => {
  const layer = graphql.build({ ...DEFAULTS, variables: { id: '{id}' } }, siteOf())
  const bodies: string[] = []
  const pipe = layer?.(async (request) => {
    bodies.push((await request.body.bytes()).toString())
    return {} as PipeResponse
  })
  for (const id of ['1', '2', '2', '1']) await pipe?.({ ...REQUEST, params: new Map([['Id', id]]) }, Scope.root())
  assert.deepEqual(
    bodies.map((body) => /"id":"(\d)"/.exec(body)?.[1]),
    ['1', '2', '2', '1'],
  )
})

test('in a mutation the body goes over the variables, and no parameter is filled in', async () => {
  const variables = { review: { stars: 1, text: 'd' }, ep: 'JEDI', id: '{id}' }
  const sent = await send(
    { type: 'Mutation', variables },
    { body: bodyOf(Buffer.from('{"review":{"stars":5},"big":12345678901234567890,"__proto__":1}')), params: new Map([['Id', '7']]) },
  )
  assert.equal(
    sent?.body,
    '{"query":"{ a }","variables":{"__proto__":1,"big":12345678901234567890,"ep":"JEDI","id":"{id}","review":{"stars":5}}}',
  )
})

test('a mutation needs an object as body', async () => {
  const cases: [string, RegExp][] = [
    ['', /^unexpected end of JSON input$/],
    ['{"a":', /^unexpected end of JSON input$/],
    ['[1]', /^json: cannot unmarshal array/],
    ['null', /^json: cannot unmarshal null/],
    ['{} x', /after top-level value$/],
    ['x', /^invalid character 'x'/],
  ]
  for (const [body, message] of cases) {
    await assert.rejects(send({ type: 'mutation' }, { body: bodyOf(Buffer.from(body)) }), {
      message,
      code: 'ERR_GRAPHQL_BODY',
      statusCode: 500,
      source: 'client',
    })
  }
})

test('GET puts everything into the URL, after the query of the pattern', async () => {
  const options = { method: 'get', query: '{ h(id: $id) }', operationName: 'H', variables: { id: '{id}' } }
  const sent = await send(options, { path: '/graphql?key=1', params: new Map([['Id', 'a b']]), body: bodyOf(Buffer.from('x')) })
  assert.equal(sent?.method, 'GET')
  assert.equal(sent?.path, '/graphql?key=1&operationName=H&query=%7B+h%28id%3A+%24id%29+%7D&variables=%7B%22id%22%3A%22a+b%22%7D')
  assert.equal(sent?.length, 0)
  assert.equal((await send({ method: 'GET' }))?.path, '/graphql?query=%7B+a+%7D')
})

test('query_path wins over query; without the file the component is off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphql-'))
  try {
    const file = join(folder, 'q.graphql')
    writeFileSync(file, 'query {\n  a\n}\n')
    assert.equal((await send({ query: '{ other }', query_path: file }))?.body, String.raw`{"query":"query {\n  a\n}\n"}`)
    assert.equal(await send({ query: '{ other }', query_path: join(folder, 'none') }), null)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('any other type switches it off', () => {
  const site = siteOf()
  assert.equal(graphql.build({ ...DEFAULTS, type: 'subscription' }, site), null)
  assert.deepEqual(site.lines, ['WARNING [BACKEND: GET /g/:id -> /graphql][GraphQL] Unknown operation type subscription'])
})

test('the log names the backend with its endpoint', () => {
  const site = siteOf()
  graphql.build({ ...DEFAULTS, type: 'Mutation', method: 'get' }, site)
  assert.deepEqual(site.lines, ['DEBUG [BACKEND: GET /g/:id -> /graphql][GraphQL] Operation: mutation, Method: GET'])
})

test('holes: only whole texts at the top', () => {
  assert.deepEqual(findHoles({ a: '{id}', b: ' {id}', c: '{', d: '{}', e: 1, f: ['{id}'] }), [['a', 'Id']])
  const variables = JSON.parse('{"__proto__":"{id}"}') as Record<string, unknown>
  assert.equal(JSON.stringify(fillHoles(variables, findHoles(variables), new Map([['Id', 'x']]))), '{"__proto__":"x"}')
})

test('check warns of a type that switches the component off', () => {
  assert.deepEqual(checkOptions(graphql, { type: 'Mutation', query: '{a}' }), [])
  assert.deepEqual(checkOptions(graphql, { type: 'subscription', query: '{a}' }), [
    'warning type: neither "query" nor "mutation": the backend gets an ordinary request',
  ])
})
