// `"sd": "dns"` against a real name server (dnsmasq): priorities, weights, changes, and a server that goes away.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import dns from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { endpoint, request, serve, startBackend } from '../kit.ts'
import { eventually } from './agent-kit.ts'
import { lacks, startDnsmasq, type TestServer } from './servers.ts'

const NAME = 'products.test'

describe('sd: dns', { skip: lacks('dnsmasq', 'dnsmasq'), timeout: 300_000 }, () => {
  const systemServers = dns.getServers()
  const folder = mkdtempSync(join(tmpdir(), 'krakend-dns-'))
  let server: TestServer | null = null

  /** Each record: port, priority, weight. */
  async function answerWith(...records: (readonly [port: number, priority: number, weight: number])[]): Promise<void> {
    const port = server?.port
    await server?.stop()
    server = await startDnsmasq(
      records.map((record) => `--srv-host=${NAME},localhost,${record.join()}`),
      port,
    )
    dns.setServers([`127.0.0.1:${server.port}`])
    syncBuiltinESMExports()
  }

  after(async () => {
    dns.setServers(systemServers)
    await server?.remove()
    rmSync(folder, { recursive: true })
  })

  test('priorities and weights count, changes within the time to live, and a failing server changes nothing', async () => {
    const counts = { a: 0, b: 0, spare: 0 }
    const start = (name: keyof typeof counts) => startBackend((_request, response) => response.end(`{"n":${++counts[name]}}`))
    const [a, b, spare] = [await start('a'), await start('b'), await start('spare')]
    const [portA, portB, portSpare] = [a, b, spare].map(({ url }) => Number(new URL(url).port)) as [number, number, number]
    await answerWith([portA, 10, 2], [portB, 10, 1], [portSpare, 20, 9])
    const gateway = await serve({
      dns_cache_ttl: '1s',
      extra_config: { router: { return_error_msg: true } },
      endpoints: [endpoint('/x', NAME, {}, { sd: 'dns', disable_host_sanitize: true })],
    })
    const ask = async (times: number): Promise<typeof counts> => {
      Object.assign(counts, { a: 0, b: 0, spare: 0 })
      for (let i = 0; i < times; i++) await request(gateway.port, '/x')
      return { ...counts }
    }
    assert.deepEqual(await ask(6), { a: 4, b: 2, spare: 0 })
    await answerWith([portSpare, 1, 1])
    await eventually(async () => (await ask(3)).spare === 3, 'the new record counts')
    await server?.stop()
    await eventually(() => gateway.lines.some((line) => line.includes('looking up')), 'the loss is told')
    assert.deepEqual(await ask(3), { a: 0, b: 0, spare: 3 })
    await answerWith([portA, 1, 0])
    await eventually(async () => (await request(gateway.port, '/x')).body === 'no hosts available', 'a record without weight gets nothing')
    await gateway.stop()
    await Promise.all([a, b, spare].map((backend) => backend.close()))
  })
})
