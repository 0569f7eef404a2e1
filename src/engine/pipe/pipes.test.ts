import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { bodyOf } from '../body.ts'
import { Data } from '../data.ts'
import { DEADLINE_EXCEEDED, GatewayError, MergeError } from '../errors.ts'
import { HeaderMap } from '../headers.ts'
import type { JsonObject, JsonValue } from '../../json/types.ts'
import { mergeParallel } from './merge.ts'
import { makeRequest } from '../../testing/index.ts'
import { Scope } from '../scope.ts'
import { mergeSequential } from './sequential.ts'
import { equalHosts, type Host, type Hosts } from '../compile/component.ts'
import { balancer } from '../steps/balancer.ts'
import { headerFilter } from '../steps/header-filter.ts'
import { requestBuilder } from '../steps/request-builder.ts'
import { shadowTraffic } from '../steps/shadow.ts'
import { staticData } from '../steps/static.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../types.ts'

/** Every merge begins at 0 and fails after 5 ms. */
const whose = {
  start: () => 0,
  describe: (index: number, start: number) => `backend ${index}, after ${start + 5} ms`,
  indexOf: (index: number) => index,
}
const options = { timeoutMs: 1000, copiesBody: false, isolates: true, whose }

function request(change: Partial<PipeRequest> = {}): PipeRequest {
  return makeRequest({ path: '', ...change })
}

function answer(object: JsonObject | null, change: Partial<PipeResponse> = {}): PipeResponse {
  const data = object === null ? null : Data.of(object)
  return { data, isComplete: true, error: null, statusCode: 200, headers: null, body: null, ...change }
}

const gives =
  (object: JsonObject | null, change: Partial<PipeResponse> = {}): Pipe =>
  () =>
    Promise.resolve(answer(object, change))
const fails =
  (message: string): Pipe =>
  () =>
    Promise.reject(new GatewayError(message, { code: 'ERR_TEST' }))
/** Answers when its scope ends, as a hanging backend does. */
const hangs: Pipe = (_request, scope) => new Promise((_resolve, reject) => scope.onEnd(reject))
/** A pipe that keeps the last request it got. */
function recorder(): Pipe & { last: PipeRequest } {
  const pipe = Object.assign(
    (seen: PipeRequest) => {
      pipe.last = seen
      return Promise.resolve(answer({ ok: true }))
    },
    { last: request() },
  )
  return pipe
}

test('a merge is shallow, and complete only with all its parts', async () => {
  const whole = await mergeParallel([gives({ a: { x: 1 } }), gives({ b: 2 })], options)(request(), Scope.root())
  assert.deepEqual([whole.data?.object, whole.isComplete], [{ a: { x: 1 }, b: 2 }, true])
  const withNull = await mergeParallel([gives({ a: 1 }), gives(null)], options)(request(), Scope.root())
  assert.deepEqual([withNull.data?.object, withNull.isComplete], [{ a: 1 }, false])
})

test('one failed part leaves the rest, all failed parts an error with every text', async () => {
  const partial = await mergeParallel([gives({ a: 1 }), fails('no')], options)(request(), Scope.root())
  assert.deepEqual([partial.data?.object, partial.isComplete, partial.error?.message], [{ a: 1 }, false, 'no'])
  await assert.rejects(mergeParallel([fails('one'), fails('two')], options)(request(), Scope.root()), { message: 'one\ntwo' })
  const legacy = await mergeParallel([fails('one'), fails('two')], { ...options, isolates: false })(request(), Scope.root())
  assert.deepEqual([legacy.data?.object, legacy.isComplete], [{}, false])
})

test('a merge with one answer is that answer, null, status and header fields included; two nulls are an object', async () => {
  const alone = await mergeParallel([gives(null), fails('no')], options)(request(), Scope.root())
  assert.deepEqual([alone.data, alone.isComplete], [null, false])
  const headers = new HeaderMap(['X-A', '1'])
  const says: Pipe = async (...given) => ({ ...(await gives({ a: 1 })(...given)), statusCode: 418, headers })
  const told = await mergeParallel([fails('no'), says], options)(request(), Scope.root())
  assert.deepEqual([told.statusCode, told.headers], [418, headers])
  assert.equal((await mergeParallel([says, gives({})], options)(request(), Scope.root())).headers, null)
  const both = await mergeParallel([gives(null), gives(null)], options)(request(), Scope.root())
  assert.deepEqual([both.data?.object, both.isComplete], [{}, false])
})

test('the errors of a merge know whose they are, whatever the order they came in', async () => {
  const late: Pipe = () => new Promise((_resolve, reject) => setImmediate(reject, new GatewayError('late', { code: 'ERR_TEST' })))
  await assert.rejects(mergeParallel([late, fails('early')], options)(request(), Scope.root()), (error: MergeError) => {
    assert.deepEqual(
      error.errors.map(({ message }, index) => `${message} (${error.origins[index]})`),
      ['early (backend 1, after 5 ms)', 'late (backend 0, after 5 ms)'],
    )
    return true
  })
})

test('a merge gives up after 85 % of the time and keeps what is there', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const pending = mergeParallel([gives({ a: 1 }), hangs], options)(request(), Scope.root())
  mock.timers.tick(849)
  assert.equal(await Promise.race([pending, Promise.resolve('pending')]), 'pending')
  mock.timers.tick(1)
  const partial = await pending
  assert.deepEqual([partial.data?.object, partial.error?.message], [{ a: 1 }, DEADLINE_EXCEEDED.message])
  mock.timers.reset()
})

test('every backend of an unsafe merge reads the whole body', async () => {
  const bodies: string[] = []
  const reads: Pipe = async (seen) => {
    bodies.push((await seen.body.bytes()).toString())
    return answer({})
  }
  await mergeParallel([reads, reads], { ...options, copiesBody: true })(request({ body: bodyOf(Buffer.from('hello')) }), Scope.root())
  assert.deepEqual(bodies, ['hello', 'hello'])
})

test('no time is counted once the client’s body cannot be read', async (t) => {
  const lost = new Error('lost')
  const body = { ...bodyOf(Buffer.from('x')), bytes: () => Promise.reject(lost) }
  const step = { pipe: gives({}), placeholders: [], isStream: false }
  const merges = [mergeParallel([gives({}), gives({})], options), mergeSequential([step, step], { ...options, propagated: [] })]
  const start = t.mock.method(globalThis, 'setTimeout')
  const stop = t.mock.method(globalThis, 'clearTimeout')
  for (const merge of merges) await assert.rejects(merge(request({ body }), Scope.root()), lost)
  const started = start.mock.calls.map(({ result }) => result)
  assert.deepEqual(
    stop.mock.calls.map(({ arguments: [timer] }) => timer),
    started,
  )
  assert.equal(started.length, merges.length)
})

test('a sequence hands values on and stops at the first failure', async () => {
  const second = recorder()
  const chain = (pipes: readonly Pipe[]) =>
    mergeSequential(
      pipes.map((pipe, index) => ({
        pipe,
        placeholders: index === 0 ? [] : ['Resp0_id', 'Resp0_l', 'Resp0_n', 'Resp0_o.k'],
        isStream: false,
      })),
      {
        timeoutMs: 1000,
        propagated: [],
        copiesBody: false,
        whose,
      },
    )
  const first = gives({ id: 7.5, l: ['a', 1], n: null, o: { k: true } })
  const whole = await chain([first, second])(request(), Scope.root())
  assert.deepEqual(
    [...second.last.params],
    [
      ['Resp0_id', '7.5'],
      ['Resp0_l', 'a,1'],
      ['Resp0_n', '<nil>'],
      ['Resp0_o.k', 'true'],
    ],
  )
  assert.equal(whole.isComplete, true)
  const broken = await chain([first, fails('no'), second])(request(), Scope.root())
  assert.deepEqual([broken.isComplete, broken.error?.message], [false, 'no'])
  await assert.rejects(chain([fails('at once'), second])(request(), Scope.root()), { message: 'at once' })
})

/** What the last of a sequence is told for each of `names`. */
async function resolveIn(names: readonly string[], ...pipes: readonly Pipe[]): Promise<(string | undefined)[]> {
  const last = recorder()
  const steps = [...pipes, last].map((pipe) => ({ pipe, placeholders: names, isStream: false }))
  await mergeSequential(steps, { timeoutMs: 1000, propagated: [], copiesBody: false, whose })(request(), Scope.root())
  return names.map((name) => last.last.params.get(name))
}

test('later answers count as part of the first one that has data', async () => {
  const names = ['Resp0_x', 'Resp1_x', 'Resp1_a', 'Resp0_o.y']
  const first = gives({ a: 1, o: { y: 'old' } })
  assert.deepEqual(await resolveIn(names, first, gives({ x: 'found', o: { y: 'new' } })), ['found', 'found', undefined, 'old'])
  assert.deepEqual(await resolveIn(['Resp0_x'], gives({ x: 'one' }), gives({ x: 'two' })), ['one'])
  assert.deepEqual(await resolveIn(['Resp0_a', 'Resp1_c', 'Resp2_a'], gives(null), gives({ a: 1 }), gives({ c: 3 })), [
    undefined,
    '3',
    undefined,
  ])
  assert.deepEqual(await resolveIn(['Resp2_d'], gives(null), gives(null), gives({ c: 3 }), gives({ d: 4 })), [undefined])
})

test('a value may be as deep as JSON may be', async () => {
  let list: JsonValue = 1
  for (let i = 0; i < 9_900; i++) list = [list]
  const [text] = await resolveIn(['Resp0_l'], gives({ l: list }))
  assert.equal(text, `${'['.repeat(9_899)}1${']'.repeat(9_899)}`)
})

test('what stops a sequence says whose error it is', async () => {
  const steps = [gives({ a: 1 }), fails('no')].map((pipe) => ({ pipe, placeholders: [], isStream: false }))
  const { error } = await mergeSequential(steps, { timeoutMs: 1000, propagated: [], copiesBody: false, whose })(request(), Scope.root())
  assert.ok(error instanceof MergeError)
  assert.deepEqual([error.message, error.origins], ['no', ['backend 1, after 5 ms']])
})

test('a url_pattern is filled with raw values, what is unknown stays', async () => {
  const end = recorder()
  await requestBuilder('/b/{{.Id}}/{{.Other}}?x={{.Id}}', 'PUT')(end)(request({ params: new Map([['Id', 'a b']]) }), Scope.root())
  assert.deepEqual([end.last.method, end.last.path], ['PUT', '/b/a b/{{.Other}}?x=a b'])
})

function hostsOf(...urls: string[]): Hosts {
  const list = equalHosts(urls)
  return () => list
}

test('a heavier host gets more turns', async () => {
  const end = recorder()
  const list: readonly Host[] = [
    { url: 'http://a', weight: 30 },
    { url: 'http://b', weight: 10 },
  ]
  const pipe = balancer(() => list, false)(end)
  const seen: string[] = []
  for (let i = 0; i < 8; i++) {
    await pipe(request({ path: '/' }), Scope.root())
    seen.push(end.last.origin)
  }
  assert.equal(seen.filter((origin) => origin === 'http://a').length, 6)
})

test('the balancer takes turns, encodes the path and appends the sorted query', async () => {
  const end = recorder()
  const pipe = balancer(hostsOf('http://one:1', 'http://u:p@two/base'), false)(end)
  await pipe(
    request({
      path: '/a b?z=1',
      query: new Map([
        ['y', ['1']],
        ['x', ['2', '3']],
      ]),
    }),
    Scope.root(),
  )
  assert.deepEqual([end.last.origin, end.last.path], ['http://one:1', '/a%20b?z=1&x=2&x=3&y=1'])
  await pipe(request({ path: '/c' }), Scope.root())
  assert.deepEqual([end.last.origin, end.last.path, end.last.headers.get('Authorization')], ['http://two', '/base/c', 'Basic dTpw'])
  await assert.rejects(balancer(() => [], true)(end)(request(), Scope.root()), { message: 'no hosts available' })
  const broken = { message: 'parse "http://one:1/%zz?a": invalid URL escape "%zz"', code: 'ERR_BACKEND_URL' }
  await assert.rejects(balancer(hostsOf('http://u:p@one:1'), false)(end)(request({ path: '/%zz?a' }), Scope.root()), broken)
})

test('a backend gets only the headers it lists', async () => {
  const end = recorder()
  await headerFilter(['a'])?.(end)(request({ headers: new HeaderMap(['A', '1', 'User-Agent', 'x']) }), Scope.root())
  assert.deepEqual(end.last.headers.fields, ['A', '1'])
})

test('static data is added by its strategy and never makes an answer complete', async () => {
  const run = (strategy: string, pipe: Pipe) => staticData({ s: 1 }, strategy)(pipe)(request(), Scope.root())
  assert.deepEqual((await run('success', gives({ a: 1 }))).data?.object, { a: 1, s: 1 })
  assert.deepEqual((await run('errored', gives({ a: 1 })))?.data?.object, { a: 1 })
  const rescued = await run('always', fails('no'))
  assert.deepEqual([rescued?.data?.object, rescued?.isComplete], [{ s: 1 }, false])
  await assert.rejects(async () => run('complete', fails('no')), { message: 'no' })
})

test('shadow traffic gets the same body and cannot fail the request', async () => {
  const errors: unknown[] = []
  const bodies: string[] = []
  const shadow: Pipe = async (seen) => {
    bodies.push((await seen.body.bytes()).toString())
    throw new Error('shadow')
  }
  const pipe = shadowTraffic(shadow, 1000, (error) => errors.push(error))(gives({ a: 1 }))
  const response = await pipe(request({ body: bodyOf(Buffer.from('x')) }), Scope.root())
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([response.data?.object, bodies, errors.length], [{ a: 1 }, ['x'], 1])
})
