// Several workers as one gateway: exact limits, replaced when they die, one configuration, whole log lines.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { INSPECTED } from '../testing/inspector.ts'
import { connectToWorkers } from '../testing/worker-threads.ts'
import { endpointOf, freePort, get, startBackend, startCommand } from './test-support.ts'

const TWO = ['--workers', '2']

test('a limit of 100 lets exactly 100 of 1000 requests pass, over all workers', async () => {
  const backend = await startBackend()
  const limit = { 'qos/ratelimit/router': { max_rate: 100, every: '1h', capacity: 100 } }
  const gateway = await startCommand({ endpoints: [endpointOf('/limited', backend.url, { extra_config: limit })] }, { args: TWO })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 })
  const answers = await Promise.all(Array.from({ length: 1000 }, () => get(`${gateway.url}/limited`, agent)))
  agent.destroy()
  assert.equal(answers.filter(({ status }) => status === 200).length, 100)
  assert.equal(answers.filter(({ status }) => status === 503).length, 900)
  assert.equal(await gateway.stop(), 0)
  backend.close()
  // Every answer has its line, and no line is torn by one of the other worker.
  const lines = gateway.output().split('\n')
  assert.equal(
    lines.filter((line) => /^\[GIN\] \S+ - \S+ \| (200|503) \| +\S+ \| +127\.0\.0\.1 \| GET {6}"\/limited"$/.test(line)).length,
    1000,
  )
})

test('a worker that dies is replaced, serves the configuration of the last reload and counts with the others', async () => {
  const backend = await startBackend()
  const limit = { 'qos/ratelimit/router': { max_rate: 6, every: '1h', capacity: 6 } }
  const limited = endpointOf('/limited', backend.url, { extra_config: limit })
  const nodeOptions = INSPECTED
  const gateway = await startCommand({ endpoints: [limited] }, { args: TWO, nodeOptions })
  gateway.rewrite({ endpoints: [limited, endpointOf('/new', backend.url)] })
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('the new configuration is served')
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) statuses.push((await get(`${gateway.url}/limited`)).status)
  const workers = await connectToWorkers(gateway)
  assert.equal(workers.count, 2)
  workers.end(1, 7)
  await gateway.waitFor('died and is replaced in 100 ms: exit code 7')
  await gateway.waitFor('serves again')
  for (let i = 0; i < 20; i++) assert.equal((await get(`${gateway.url}/new`)).status, 200)
  for (let i = 0; i < 6; i++) statuses.push((await get(`${gateway.url}/limited`)).status)
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 503, 503, 503])
  workers.close()
  assert.equal(await gateway.stop(), 0)
  backend.close()
})

test('what runs once per process runs in none of the workers, goes on over a reload and frees its port at the end', async () => {
  const port = await freePort()
  const revoker = { N: 1000, P: 0.01, hash_name: 'optimal', TTL: 60, port, token_keys: ['jti'] }
  const config = { extra_config: { 'auth/revoker': revoker, '_gw/revoker': { rpc: { listen_ip: '127.0.0.1' } } }, endpoints: [] }
  const gateway = await startCommand(config, { args: ['--workers', '2'] })
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  gateway.rewrite({ ...config, cache_ttl: '1s' })
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('the new configuration is served: service: cache_ttl')
  assert.equal(client.closed, false)
  const closed = once(client, 'close')
  assert.equal(await gateway.stop(), 0)
  await closed
  assert.equal(gateway.output().split('RPC server listening').length, 2)
})

test('the file says how many workers serve, the command line counts more, and the health check is that of the process', async () => {
  const config = { extra_config: { '_gw/workers': 2 }, endpoints: [] }
  const gateway = await startCommand(config)
  assert.match(gateway.output(), /2 workers share the port/)
  const uptimes: number[] = []
  for (let i = 0; i < 10; i++) {
    const { body } = await get(`${gateway.url}/__health`)
    assert.deepEqual(Object.keys(JSON.parse(body) as object), ['agents', 'now', 'status'])
    uptimes.push(Number(/m=\+([\d.]+)/.exec(body)?.[1]))
  }
  assert.deepEqual(
    uptimes,
    uptimes.toSorted((a, b) => a - b),
  )
  gateway.rewrite({ ...config, extra_config: { '_gw/workers': 1 } })
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('needs a restart to take effect: _gw/workers')
  assert.equal(await gateway.stop(), 0)
  const alone = await startCommand(config, { args: ['--workers', '1'] })
  assert.doesNotMatch(alone.output(), /workers share the port/)
  assert.equal(await alone.stop(), 0)
})
