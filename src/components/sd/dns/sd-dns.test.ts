import assert from 'node:assert/strict'
import { equalHosts } from '../../../engine/compile/component.ts'
import { mock, test } from 'node:test'
import { Scope } from '../../../engine/scope.ts'
import { balancer } from '../../../engine/steps/balancer.ts'
import { makeRequest } from '../../../testing/index.ts'
import { watchRecords } from './index.ts'
import { normalizeWeights, type SrvRecord, toHosts, toLegacyHosts } from './srv-hosts.ts'

const record = (name: string, priority: number, weight: number, port = 80) => ({ name, priority, weight, port })

test('weights are reduced as KrakenD reduces them', () => {
  assert.deepEqual(normalizeWeights([25, 10_000, 1000]), [0, 10, 1])
  assert.deepEqual(normalizeWeights([25, 1000, 10_000, 0, 65_535]), [0, 1, 13, 0, 85])
  assert.deepEqual(normalizeWeights([100, 500, 1000]), [6, 31, 62])
  assert.deepEqual(normalizeWeights([0, 0]), [0, 0])
  assert.deepEqual(normalizeWeights([2, 4]), [1, 2])
})

test('only the lowest priority counts, by weight, with the final dot', () => {
  const hosts = toHosts([record('b', 10, 1, 8081), record('c', 20, 1), record('a', 10, 2, 8080)], 'https')
  assert.deepEqual(hosts, equalHosts(['https://a.:8080', 'https://a.:8080', 'https://b.:8081']))
})

test('records without weight give no hosts', () => {
  assert.deepEqual(toHosts([record('a', 1, 0), record('b', 1, 0)], 'http'), [])
})

test('KrakenD 1.x takes every priority', () => {
  const hosts = [
    { url: 'http://a.:80', weight: 1 },
    { url: 'http://b.:80', weight: 2 },
  ]
  assert.deepEqual(toLegacyHosts([record('a', 1, 0), record('b', 2, 2)]), hosts)
})

test('small weights give the turns that the entries of KrakenD 1.x give', async () => {
  const hosts = toLegacyHosts([record('a', 1, 6), record('b', 1, 2), record('c', 1, 100)])
  const seen: string[] = []
  const pipe = balancer(
    () => hosts,
    false,
  )((request) => {
    seen.push(request.origin)
    return Promise.reject(new Error('seen'))
  })
  for (let turn = 0; turn < 108; turn++) await pipe(makeRequest(), Scope.root()).catch(() => {})
  const countOf = (name: string): number => seen.filter((origin) => origin === `http://${name}.:80`).length
  assert.deepEqual([countOf('a'), countOf('b'), countOf('c')], [6, 2, 100])
})

test('what a name server says of weights costs no memory', () => {
  const records = Array.from({ length: 60 }, (_entry, index) => record(`h${index}`, 0, 65_535))
  assert.equal(toLegacyHosts(records).length, 60)
  assert.ok(toHosts(records, 'http').length <= 100)
})

test('a failed look-up keeps the last list and is reported once', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  const answers: (string | Error)[] = ['a', new Error('queryA ESERVFAIL'), new Error('queryA ESERVFAIL'), 'b']
  const reports: (string | null)[] = []
  const watched = watchRecords({
    name: 'x.test',
    refreshMs: 1000,
    lookUp: async () => {
      const answer = answers.shift() as string | Error
      if (answer instanceof Error) throw answer
      return [record(answer, 1, 1)]
    },
    toHosts: (records) => toHosts(records, 'http'),
    report: (problem) => reports.push(problem),
  })
  await watched.ready
  assert.deepEqual(watched.hosts(), equalHosts(['http://a.:80']))
  for (const expected of ['http://a.:80', 'http://a.:80', 'http://b.:80']) {
    mock.timers.tick(1000)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(watched.hosts(), equalHosts([expected]))
  }
  assert.deepEqual(reports, ['queryA ESERVFAIL', null])
  watched.stop()
  mock.timers.reset()
})

test('the list is another one only after a change, and no look-up begins before the last one has ended', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  const a = record('a', 1, 1)
  const b = record('b', 1, 1)
  const lookUps: PromiseWithResolvers<readonly SrvRecord[]>[] = []
  const watched = watchRecords({
    name: 'x.test',
    refreshMs: 1000,
    lookUp() {
      const answer = Promise.withResolvers<readonly SrvRecord[]>()
      lookUps.push(answer)
      return answer.promise
    },
    toHosts: toLegacyHosts,
    report: () => {},
  })
  lookUps[0]?.resolve([a, b])
  await watched.ready
  const first = watched.hosts()
  mock.timers.tick(1000)
  mock.timers.tick(1000)
  assert.equal(lookUps.length, 2)
  lookUps[1]?.resolve([b, a])
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(watched.hosts(), first)
  mock.timers.tick(1000)
  lookUps[2]?.resolve([b])
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    watched.hosts().map(({ url }) => url),
    ['http://b.:80'],
  )
  watched.stop()
  mock.timers.reset()
})
