// `"sd": "dns"` against a name server that speaks DNS.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import dns from 'node:dns/promises'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { endpoint, request, serve, startBackend, type TestBackend } from '../kit.ts'

interface SrvRecord {
  readonly priority: number
  readonly weight: number
  readonly port: number
}

/** Records by name; a name without any does not exist. */
const zone = new Map<string, readonly SrvRecord[]>()
const server = createSocket('udp4')
const systemServers = dns.getServers()

/** The answer to a question for SRV records, all of which point at `localhost`. */
function answer(query: Buffer): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] as number; length > 0; length = query[at] as number) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const question = query.subarray(12, at + 5)
  const records = zone.get(labels.join('.').toLowerCase())
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records?.length ?? 0, 6)
  return Buffer.concat([head, question, ...(records ?? []).map(encodeRecord)])
}

function encodeRecord({ priority, weight, port }: SrvRecord): Buffer {
  const target = Buffer.from('\u0009localhost\u0000', 'latin1')
  const record = Buffer.alloc(18)
  // The name is the one of the question, at byte 12; type SRV, class IN, 60 seconds.
  for (const [index, value] of [0xc00c, 33, 1, 0, 60, 6 + target.length, priority, weight, port].entries())
    record.writeUInt16BE(value, index * 2)
  return Buffer.concat([record, target])
}

function portOf(backend: TestBackend): number {
  return Number(new URL(backend.url).port)
}

describe('discovery by DNS', () => {
  before(async () => {
    server.on('message', (query, { port, address }) => server.send(answer(query), port, address))
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    dns.setServers([`127.0.0.1:${server.address().port}`])
    // The functions that modules import belong to the servers of before otherwise.
    syncBuiltinESMExports()
  })

  after(() => {
    dns.setServers(systemServers)
    server.close()
  })

  test('hosts come from the records of the lowest priority, in proportion to their weight', async () => {
    const asked = { a: 0, b: 0, spare: 0 }
    const startCounted = (name: keyof typeof asked) =>
      startBackend((_request, response) => response.end(JSON.stringify({ count: ++asked[name] })))
    const [a, b, spare] = [await startCounted('a'), await startCounted('b'), await startCounted('spare')]
    zone.set('products.test', [
      { priority: 10, weight: 2, port: portOf(a) },
      { priority: 10, weight: 1, port: portOf(b) },
      { priority: 20, weight: 9, port: portOf(spare) },
    ])
    const gateway = await serve({ endpoints: [endpoint('/x', 'products.test', {}, { sd: 'dns', disable_host_sanitize: true })] })
    for (let i = 0; i < 6; i++) assert.equal((await request(gateway.port, '/x')).status, 200)
    assert.deepEqual(asked, { a: 4, b: 2, spare: 0 })
    await gateway.stop()
    await Promise.all([a, b, spare].map((backend) => backend.close()))
  })

  test('a name that does not exist, or whose records weigh nothing, leaves no hosts', async () => {
    zone.set('weightless.test', [{ priority: 1, weight: 0, port: 80 }])
    const dnsBackend = { sd: 'dns', disable_host_sanitize: true }
    const gateway = await serve({
      extra_config: { router: { return_error_msg: true } },
      endpoints: [endpoint('/none', 'absent.test', {}, dnsBackend), endpoint('/zero', 'weightless.test', {}, dnsBackend)],
    })
    for (const path of ['/none', '/zero']) {
      const { status, body } = await request(gateway.port, path)
      assert.deepEqual([status, body], [500, 'no hosts available'])
    }
    assert.match(gateway.lines.join('\n'), /WARNING \[BACKEND: \/none\]\[SD: dns\] looking up absent\.test: /)
    await gateway.stop()
  })
})
