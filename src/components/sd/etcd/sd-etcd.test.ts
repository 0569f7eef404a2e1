import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { checkOptions, configOf, openInMemory } from '../../../testing/index.ts'
import { EtcdClient } from './etcd-client.ts'
import { etcdService } from './index.ts'
import { watchHosts, type WatchInit } from './watched-hosts.ts'

async function settled(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 8000 && !condition(); i++) await setTimeout(1)
  assert.ok(condition())
}

/** A store that answers with what it is told, and a watch that the test holds. */
function storeOf(answers: (string[] | Error)[]) {
  let change = (): void => {}
  let breakOff = (_error: Error): void => {}
  const own = {
    watches: 0,
    change: () => change(),
    breakOff: (error: Error) => breakOff(error),
    client: {
      list() {
        const answer = answers.length > 1 ? (answers.shift() as string[] | Error) : (answers[0] as string[] | Error)
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ values: answer, revision: 5n })
      },
      watch(_prefix: string, _from: bigint, onChange: () => void, signal: AbortSignal) {
        own.watches++
        change = onChange
        return new Promise<void>((_resolve, reject) => {
          breakOff = reject
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      },
    } satisfies WatchInit['client'],
  }
  return own
}

function watching(client: WatchInit['client']) {
  const reports: (string | null)[] = []
  const invalid: string[] = []
  const watched = watchHosts({
    client,
    prefix: '/p/',
    scheme: 'http',
    report: (problem) => reports.push(problem),
    onInvalid: (value) => invalid.push(value),
  })
  return { watched, reports, invalid }
}

test('values are hosts with or without a scheme, weighted by how often they are there; others are told', async () => {
  const { watched, invalid } = watching(storeOf([['http://a:1/', 'b:2', 'b:2', 'ftp://c', '', 'x'.repeat(1000)]]).client)
  await watched.ready
  assert.deepEqual(watched.hosts(), [
    { url: 'http://a:1', weight: 1 },
    { url: 'http://b:2', weight: 2 },
  ])
  assert.deepEqual(invalid, ['ftp://c', '', 'x'.repeat(512)])
  watched.stop()
})

test('the list is another one only after a change, be it of a weight alone', async () => {
  const store = storeOf([
    ['a:1', 'b:2'],
    ['a:1', 'b:2'],
    ['a:1', 'a:1', 'b:2'],
  ])
  const { watched } = watching(store.client)
  await watched.ready
  await settled(() => store.watches === 1)
  const before = watched.hosts()
  store.change()
  await setTimeout(100)
  assert.equal(watched.hosts(), before)
  store.change()
  await settled(() => watched.hosts() !== before)
  assert.deepEqual(watched.hosts()[0], { url: 'http://a:1', weight: 2 })
  watched.stop()
})

test('a change is looked up; what breaks is told once and keeps the last hosts; an empty list is one', async () => {
  const store = storeOf([['a:1'], ['a:1', 'b:2'], new Error('down'), new Error('still down'), ['c:3'], []])
  const { watched, reports } = watching(store.client)
  await watched.ready
  await settled(() => store.watches === 1)
  const before = watched.hosts()
  store.change()
  await settled(() => watched.hosts().length === 2)
  assert.notEqual(watched.hosts(), before)
  store.change()
  await settled(() => reports.length === 1)
  assert.equal(watched.hosts().length, 2)
  await settled(() => store.watches === 2)
  assert.deepEqual([reports, watched.hosts()], [['down', null], [{ url: 'http://c:3', weight: 1 }]])
  store.breakOff(new Error('reset'))
  await settled(() => reports.length === 4)
  assert.deepEqual([reports.slice(2), watched.hosts()], [['reset', null], []])
  watched.stop()
})

test('a machine that does not answer, or not in time, leaves it to the next one', async () => {
  const good = http.createServer((_request, response) => response.end('{"header":{"revision":"7"},"kvs":[{"value":"YTox"}]}'))
  const silent = http.createServer(() => {})
  for (const server of [good, silent]) await once(server.listen(0, '127.0.0.1'), 'listening')
  const urlOf = (server: http.Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const machines = ['http://127.0.0.1:1', urlOf(silent), urlOf(good)]
  const client = new EtcdClient({ machines, dialTimeoutMs: 500, keepAliveMs: 1000, headerTimeoutMs: 50, tls: {} })
  const { signal } = new AbortController()
  await assert.rejects(client.list('/p', signal), /ECONNREFUSED/)
  await assert.rejects(client.list('/p', signal), /does not answer in time/)
  assert.deepEqual(await client.list('/p', signal), { values: ['a:1'], revision: 7n })
  for (const server of [good, silent]) server.close().closeAllConnections()
})

test('wrong settings are findings', () => {
  assert.deepEqual(checkOptions(etcdService, { dial_timeout: 'soon', machines: ['nowhere'] }), [
    'error machines[0]: "nowhere" is no URL: ignored',
    'warning dial_timeout: "soon" is no duration: the default counts',
  ])
  assert.deepEqual(checkOptions(etcdService, {}), ['error machines: nothing says where etcd is: hosts are called as written'])
})

test('without a store the hosts are called as they are written; a store that is away leaves none', async () => {
  const backend = { sd: 'etcd', disable_host_sanitize: true, url_pattern: '/' }
  const endpoints = [{ endpoint: '/x', backend: [{ ...backend, host: ['http://fixed'] }] }]
  const fixed = await openInMemory(configOf({ endpoints }))
  assert.equal((await fixed.ask({ target: '/x' })).statusCode, 200)
  const away = await openInMemory(
    configOf({
      extra_config: { router: { return_error_msg: true }, 'github_com/devopsfaith/krakend-etcd': { machines: ['http://127.0.0.1:1'] } },
      endpoints: [{ endpoint: '/x', backend: [{ ...backend, host: ['/services/x'] }] }],
    }),
  )
  assert.deepEqual((await away.ask({ target: '/x' })).answered.body, 'no hosts available')
  assert.match(away.lines.join('\n'), /ERROR \[SD: etcd\] \/services\/x cannot be looked up, the last hosts stay: connect ECONNREFUSED/)
  await away.retire()
})
