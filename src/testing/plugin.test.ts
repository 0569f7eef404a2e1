import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { definePlugin, HttpError } from '../plugin.ts'
import { type NextMock, testPlugin } from './plugin.ts'

const price = definePlugin({
  name: 'price',
  kind: ['middleware', 'req-resp-modifier'],
  options: { type: 'object', required: ['factor'], additionalProperties: false, properties: { factor: { type: 'integer', minimum: 1 } } },
  params: ['id'],
  setup({ factor }, site) {
    return async (request, next) => {
      if (request.claims === null) throw new HttpError(401)
      request.headers.set('X-Id', request.params.id)
      const response = await next()
      site.log.info('asked')
      response.data.price *= factor
      return response
    }
  },
})

describe('testPlugin', () => {
  test('asks a plugin and shows both sides', async () => {
    const run = await testPlugin(price, {
      kind: 'middleware',
      options: { factor: 2 },
      params: { id: '7' },
      claims: { sub: 'a' },
      next: { data: { price: 2 } },
    })
    assert.deepEqual(run.response.data, { price: 4 })
    assert.equal(run.response.status, 200)
    assert.equal(run.asked[0]?.headers.get('X-Id'), '7')
    assert.equal(run.error, null)
    assert.ok(
      run.lines.some((line) => line.endsWith('[PLUGIN: price] asked')),
      run.lines.join('\n'),
    )
    await run.close()
  })

  test('an error has the status of the client, and there is no response', async () => {
    const run = await testPlugin(price, { options: { factor: 2 }, params: { id: '7' } })
    assert.equal(run.error?.statusCode, 401)
    assert.throws(() => run.response, { statusCode: 401 })
    assert.deepEqual(run.asked, [])
  })

  test('wrong options, a missing parameter and a wrong shape reject', async () => {
    await assert.rejects(testPlugin(price, { options: { factor: 0 }, params: { id: '7' } }), /must be at least 1|factor/)
    await assert.rejects(testPlugin(price, { options: { factor: 1 } }), /parameter \{id\}/)
    await assert.rejects(testPlugin({ kind: 'middlewear', setup: () => null }), /did you mean "middleware"/)
    await assert.rejects(testPlugin({ name: 'x' }), /exports no plugin/)
    await assert.rejects(testPlugin(price, { kind: 'http-client', options: { factor: 1 } }), /http-client/)
  })

  test('what is not mocked fails the test, also when the plugin catches it', async () => {
    const curious = {
      kind: 'middleware',
      setup: (_options: unknown, site: { call(name: string): Promise<unknown>; fetch(url: string): Promise<unknown> }) => async () => {
        await site.call('GET /x').catch(() => null)
        await site.fetch('http://other/y').catch(() => null)
        return { data: {} }
      },
    }
    await assert.rejects(testPlugin(curious), /called "GET \/x", which is not mocked.*\n.*fetched "GET http:\/\/other\/y"/)
    await assert.rejects(
      testPlugin(async (_request: unknown, next: () => Promise<unknown>) => next()),
      /called next, which is not mocked/,
    )
    const twice = async (_request: unknown, next: () => Promise<unknown>): Promise<unknown> => {
      await next()
      return next()
    }
    await assert.rejects(testPlugin(twice, { next: [{ data: {} }] }), /next 2 times, the test has 1 answers/)
  })

  test('mocks: answers in turn, functions and errors', async () => {
    const retry = async (_request: unknown, next: () => Promise<{ data: unknown }>): Promise<unknown> => {
      try {
        return await next()
      } catch {
        return next()
      }
    }
    const run = await testPlugin(retry, { next: [new Error('down'), () => ({ data: { up: true }, headers: { 'X-A': '1' } })] })
    assert.deepEqual(run.response.data, { up: true })
    assert.equal(run.response.headers.get('x-a'), '1')
    assert.equal(run.asked.length, 2)
  })

  test('answers that are bytes stay bytes, given in any way; an Error says nothing of the place', async () => {
    const tell = async (_request: unknown, next: () => Promise<{ kind: string; text(): Promise<string> }>): Promise<unknown> => {
      const seen = await next().then(
        async (response) => [response.kind, await response.text()],
        (error: unknown) => [String((error as HttpError).status), ''],
      )
      return { data: { seen } }
    }
    const seenWith = async (next: NextMock): Promise<unknown> => (await (await testPlugin(tell, { next })).response.json()).seen
    for (const next of [{ body: 'x' }, [{ body: 'x' }], () => ({ body: 'x' }), [{ body: 'x' }, { data: {} }]])
      assert.deepEqual(await seenWith(next), ['raw', 'x'])
    assert.deepEqual(await seenWith([{ data: {} }, { body: 'x' }]), ['data', '{}'])
    assert.deepEqual(await seenWith(new HttpError(404, 'x')), ['404', ''])
    assert.equal((await testPlugin(tell, { next: new HttpError(404, 'x') })).response.kind, 'data')
    assert.equal((await testPlugin(tell, { next: [{ body: 'x' }, new HttpError(404, 'x')] })).response.kind, 'raw')
  })

  test('a plugin that never answers, and a next that does not, fail when the time of the place is up', async () => {
    const hang = (): Promise<never> => new Promise(() => {})
    const ask = (_request: unknown, next: () => unknown): unknown => next()
    const place = { timeoutMs: 20 }
    for (const kind of ['middleware', 'req-resp-modifier', 'http-client', 'http-server'] as const) {
      const hanging = await testPlugin(hang, { kind, place })
      assert.deepEqual([hanging.error?.code, hanging.error?.statusCode], ['ERR_DEADLINE', 500], kind)
      assert.match(hanging.lines.join('\n'), /was still running when the time was up/)
      const waiting = await testPlugin(ask, { kind, place, next: hang })
      assert.equal(waiting.error?.code, 'ERR_DEADLINE', kind)
      assert.doesNotMatch(waiting.lines.join('\n'), /was still running/)
    }
  })

  test('other endpoints and other hosts', async () => {
    const plugin = definePlugin({
      kind: 'middleware',
      setup: (_options, site) => async (request) => {
        const user = await site.call(
          'GET /users/{id}',
          { params: { id: '3' }, query: { a: 'b c' } },
          { request, trusted: { claims: { sub: 'x' } } },
        )
        const rates = await site.fetch('http://rates/today', { headers: { 'X-Key': 'k' } })
        return { data: { user: user.data, complete: user.complete, rates: await rates.json() } }
      },
    })
    const run = await testPlugin(plugin, {
      call: { 'GET /users/{id}': (asked) => ({ data: { name: `user ${asked.params['id']}` } }) },
      fetch: { 'http://rates/today': { data: { EUR: 1 } } },
    })
    assert.deepEqual(run.response.data, { user: { name: 'user 3' }, complete: true, rates: { EUR: 1 } })
    assert.deepEqual(run.called[0]?.claims, { sub: 'x' })
    assert.equal(run.called[0]?.query.get('a')?.[0], 'b c')
    assert.equal(run.fetched[0]?.headers.get('X-Key'), 'k')
  })

  test('a server plugin sees the target and the finished answer', async () => {
    const plugin = definePlugin({
      kind: 'http-server',
      setup: () => async (request, next) => {
        request.url = `/v2${request.url}`
        const response = await next()
        response.headers.set('X-Seen', `${request.client?.path} ${response.status}`)
        return response
      },
    })
    const run = await testPlugin(plugin, { request: { url: '/a?b=1' }, next: { status: 404, body: 'none' } })
    assert.equal(run.asked[0]?.url, '/v2/a?b=1')
    assert.equal(run.response.headers.get('X-Seen'), '/a 404')
    assert.equal(await run.response.text(), 'none')
    assert.equal(run.response.status, 404)
  })

  test('a client plugin sees what goes on the wire', async () => {
    const plugin = definePlugin({
      kind: 'http-client',
      setup: () => async (request, next) => {
        request.headers.set('X-Length', String((await request.bytes()).length))
        return next()
      },
    })
    const request = { method: 'POST', url: 'http://b/x?y=1', data: { a: 1 } }
    const run = await testPlugin(plugin, { request, next: { status: 201, data: { ok: true } } })
    assert.equal(run.asked[0]?.url, 'http://b/x?y=1')
    assert.equal(run.asked[0]?.headers.get('X-Length'), '7')
    assert.equal(run.response.status, 201)
    assert.deepEqual(await run.response.json(), { ok: true })
  })

  test('pairs, bytes, partial answers, places and versions', async () => {
    const seen: unknown[] = []
    const plugin = definePlugin({
      name: 'p',
      kind: ['req-resp-modifier', 'middleware'],
      setup(_options, site) {
        seen.push(site.place.level, site.place.backend?.urlPattern, site.version, site.environment['A'])
        return {
          request: (request) => request.headers.set('X-In', '1'),
          response: (response) => void seen.push(response.kind, response.complete, response.error?.message),
        }
      },
    })
    const place = { level: 'backend', backend: { urlPattern: '/users' } } as const
    await testPlugin(plugin, { place, dialect: 4, environment: { A: 'b' }, next: { data: {} } })
    assert.deepEqual(seen.splice(0), ['backend', '/users', 'test', 'b', 'data', true, undefined])
    const run = await testPlugin(plugin, { next: { body: 'bytes' } })
    assert.equal(await run.response.text(), 'bytes')
    assert.equal(run.asked[0]?.headers.get('X-In'), '1')
    assert.deepEqual(seen.splice(0).slice(4), ['raw', true, undefined])
    const partial = await testPlugin(plugin, { next: { data: { a: 1 }, error: new Error('half') } })
    assert.equal(partial.response.complete, false)
    assert.deepEqual(seen.splice(0).slice(4), [], 'response parts do not run behind a failure')
  })

  test('one that is switched off, and what it gave to onClose', async () => {
    const off = await testPlugin({ kind: 'middleware', setup: () => null })
    assert.equal(off.isOff, true)
    assert.throws(() => off.response, /switched off/)
    let closed = 0
    const plugin = definePlugin({
      kind: 'middleware',
      setup(_options, site) {
        site.onClose(() => void closed++)
        return () => ({ data: { n: site.counter('n').add() } })
      },
    })
    const run = await testPlugin(plugin)
    assert.deepEqual(run.response.data, { n: 1 })
    await run.close()
    assert.equal(closed, 1)
  })
})
