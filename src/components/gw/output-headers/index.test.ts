// What `_gw/output-headers` promises: which fields of which backends reach the client, and which never do.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { checkOptions, configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { outputHeaders } from './index.ts'
import { takeHeaders } from './take-headers.ts'

interface Asked {
  readonly names?: readonly string[]
  readonly endpoint?: object
  readonly blocks?: object
  readonly service?: object
  readonly backends?: readonly object[]
  /** By the backend's index: fields, a status, a delay. */
  readonly answers: readonly { fields: string[]; status?: number; body?: string; afterTurns?: number }[]
}

async function ask({ names, endpoint = {}, blocks = {}, service = {}, backends, answers }: Asked) {
  const file = {
    host: ['http://b:80'],
    extra_config: service,
    endpoints: [
      {
        endpoint: '/e',
        backend: (backends ?? answers.map(() => ({}))).map((own, index) => ({ url_pattern: `/${index}`, ...own })),
        extra_config: { ...(names === undefined ? null : { '_gw/output-headers': names }), ...blocks },
        ...endpoint,
      },
    ],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend({ path }: BackendRequest): Promise<BackendResponse> {
      const { fields, status = 200, body = `{"b${path.slice(1)}":1}`, afterTurns = 0 } = answers[Number(path.slice(1))] ?? { fields: [] }
      for (let turn = 0; turn < afterTurns; turn++) await new Promise(setImmediate)
      return makeBackendResponse(body, { statusCode: status, headers: new HeaderMap(['Content-Type', 'application/json', ...fields]) })
    },
  })
  const { responseHeaders: headers, statusCode, answered } = await gateway.ask({ target: '/e' })
  return { headers, statusCode, body: answered.body }
}

describe('decoded answers', () => {
  test('have no field of a backend without the block, and those of the list with it, in any case', async () => {
    const answers = [{ fields: ['Etag', '"1"', 'X-A', '1', 'X-B', '2'] }]
    assert.deepEqual((await ask({ answers })).headers.values('Etag'), [])
    const { headers, body } = await ask({ names: ['eTAG', 'x-*', '-X-b'], answers })
    assert.deepEqual([headers.values('Etag'), headers.values('X-A'), headers.values('X-B')], [['"1"'], ['1'], []])
    assert.equal(body, '{"b0":1}')
  })

  test('keep all cookies in the order of the file, and other names of the last backend alone, whoever was slower', async () => {
    const answers = [
      { fields: ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-A', 'first', 'X-A', 'second', 'Vary', 'A'], afterTurns: 5 },
      { fields: ['Set-Cookie', 'c=3', 'X-A', 'third', 'X-A', 'fourth', 'Vary', 'B'] },
    ]
    for (const endpoint of [{}, { extra_config: { proxy: { sequential: true }, '_gw/output-headers': ['*'] } }]) {
      const { headers } = await ask({ names: ['*'], endpoint, answers })
      assert.deepEqual(headers.values('Set-Cookie'), ['a=1', 'b=2', 'c=3'])
      assert.deepEqual(headers.values('X-A'), ['third', 'fourth'])
      assert.deepEqual(headers.values('Vary'), ['A', 'B'])
    }
  })

  test('never have what belongs to the connection, the body or the gateway', async () => {
    const never = ['Connection', 'Keep-Alive', 'Proxy-Foo', 'Te', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Content-Length']
    const fields = [...never, 'Content-Encoding', 'Date', 'X-Krakend', 'X-Krakend-Completed'].flatMap((name) => [name, 'evil'])
    const { headers } = await ask({ names: ['*', 'Proxy-*', ...never], answers: [{ fields: [...fields, 'X-Ok', 'yes'] }] })
    assert.deepEqual(
      headers.fields.filter((text) => text === 'evil'),
      [],
    )
    assert.equal(headers.get('X-Ok'), 'yes')
    assert.deepEqual(headers.values('Content-Type'), ['application/json; charset=utf-8'])
  })

  test('an empty answer has them as well', async () => {
    const { headers } = await ask({ names: ['X-A'], answers: [{ fields: ['X-A', '1'], body: '{}' }] })
    assert.equal(headers.get('X-A'), '1')
  })

  test('a backend that failed, is hidden, loops or is a copy gives none; a fallback gives its own', async () => {
    const give = (names: string): string[] => ['X-A', names]
    const failed = await ask({ names: ['*'], answers: [{ fields: give('good') }, { fields: give('failed'), status: 500 }] })
    assert.deepEqual(failed.headers.values('X-A'), ['good'])
    const detailed = { extra_config: { 'backend/http': { return_error_details: 'b' } } }
    const told = await ask({ names: ['*'], backends: [detailed], answers: [{ fields: give('failed'), status: 404 }] })
    assert.deepEqual([told.statusCode, told.headers.values('X-A')], [200, []])
    const hidden = { extra_config: { '_gw/hidden': true } }
    const seen = await ask({ names: ['*'], backends: [{}, hidden], answers: [{ fields: give('seen') }, { fields: give('hidden') }] })
    assert.deepEqual(seen.headers.values('X-A'), ['seen'])
    const shadow = { extra_config: { proxy: { shadow: true } } }
    const copied = await ask({ names: ['*'], backends: [{}, shadow], answers: [{ fields: give('seen') }, { fields: give('copy') }] })
    assert.deepEqual(copied.headers.values('X-A'), ['seen'])
    const standIn = { extra_config: { '_gw/fallback': { backend: { url_pattern: '/1' } } } }
    const replaced = await ask({
      names: ['*'],
      backends: [standIn],
      answers: [{ fields: give('bad'), status: 500 }, { fields: give('other') }],
    })
    assert.deepEqual(replaced.headers.values('X-A'), ['other'])
  })

  test('`cache_ttl` stands above a Cache-Control of a backend where it applies', async () => {
    const answers = [{ fields: ['Cache-Control', 'max-age=1'] }]
    assert.deepEqual((await ask({ names: ['*'], answers })).headers.values('Cache-Control'), ['max-age=1'])
    const own = await ask({ names: ['*'], endpoint: { cache_ttl: '9s' }, answers })
    assert.deepEqual(own.headers.values('Cache-Control'), ['public, max-age=9'])
    const partial = [...answers, { fields: [], status: 500 }]
    assert.deepEqual((await ask({ names: ['*'], endpoint: { cache_ttl: '9s' }, answers: partial })).headers.values('Cache-Control'), [
      'max-age=1',
    ])
  })

  test('an error answer of a backend that is passed on has them, one of the gateway has none', async () => {
    const blocks = { '_gw/errors': { passthrough: ['4xx'] } }
    const fields = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-A', '1', 'Date', 'evil', 'Www-Authenticate', 'Basic']
    const passed = await ask({ names: ['*', '-X-A'], blocks, answers: [{ fields, status: 409 }] })
    assert.equal(passed.statusCode, 409)
    assert.deepEqual(passed.headers.values('Set-Cookie'), ['a=1', 'b=2'])
    assert.deepEqual([passed.headers.values('X-A'), passed.headers.values('Date')], [[], []])
    assert.deepEqual(passed.headers.values('Www-Authenticate'), ['Basic'])
    const made = await ask({ names: ['*'], blocks, answers: [{ fields, status: 503 }] })
    assert.deepEqual([made.statusCode, made.headers.values('Set-Cookie')], [502, []])
  })

  test('fields that a CORS layer answers for are its own', async () => {
    const service = { 'security/cors': { allow_origins: ['https://a.example'] } }
    const answers = [{ fields: ['Access-Control-Allow-Origin', '*'] }]
    assert.deepEqual((await ask({ names: ['*'], service, answers })).headers.values('Access-Control-Allow-Origin'), [])
  })
})

describe('no-op', () => {
  const endpoint = { output_encoding: 'no-op' }
  const backends = [{ encoding: 'no-op' }]
  const fields = ['Content-Encoding', 'x', 'Content-Range', 'bytes 0-1/2', 'Server', 's', 'X-A', '1', 'X-Internal-B', '2']
  test('lets pass what the list names, and what describes the body', async () => {
    const { headers } = await ask({
      names: ['*', '-x-internal-*', '-Server', '-Content-Encoding'],
      endpoint,
      backends,
      answers: [{ fields }],
    })
    assert.deepEqual([headers.get('X-A'), headers.get('Server'), headers.get('X-Internal-B')], ['1', undefined, undefined])
    assert.deepEqual([headers.get('Content-Encoding'), headers.get('Content-Range')], ['x', 'bytes 0-1/2'])
    assert.equal(headers.get('X-Krakend'), 'Version test')
  })
  test('an empty list lets nothing else pass', async () => {
    const { headers } = await ask({ names: [], endpoint, backends, answers: [{ fields }] })
    assert.deepEqual([headers.get('X-A'), headers.get('Content-Type')], [undefined, 'application/json'])
  })
})

test('heads that nobody has are left out', () => {
  const head = new HeaderMap(['Link', 'a', 'X', '1'])
  const holes: (HeaderMap | undefined)[] = []
  holes[2] = head
  assert.deepEqual(
    takeHeaders(holes, () => true),
    ['Link', 'a', 'X', '1'],
  )
  assert.deepEqual(
    takeHeaders([undefined], () => true),
    [],
  )
})

test('check names what is no name, and what does nothing', () => {
  assert.match(checkOptions(outputHeaders, ['X Y']).join(), /"X Y" is no name/)
  assert.match(checkOptions(outputHeaders, ['X-*-Y']).join(), /is no name/)
  assert.match(checkOptions(outputHeaders, ['-A', '-B']).join(), /nothing but exclusions/)
  assert.deepEqual(checkOptions(outputHeaders, ['*', '-X-*', 'ETag']), [])
})
