import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../config/parse.ts'
import { order } from '../../order.ts'
import { formatPath } from '../../schema/issue.ts'
import { findTakenPorts } from './opened-ports.ts'
import { knownNamespaces, loadDeclarations } from './order.ts'

async function taken(file: object): Promise<string[]> {
  const { config, issues } = parseConfig({ version: 3, port: 8080, endpoints: [], ...file }, { knownNamespaces: knownNamespaces(order) })
  assert.ok(config !== null, JSON.stringify(issues))
  const found = findTakenPorts(config, await loadDeclarations(order, config))
  return found.map(({ path, message, effect }) => `${formatPath(path)}: ${message}: ${effect}`)
}

function scraped(...ports: readonly object[]): object {
  return { 'telemetry/opentelemetry': { exporters: { prometheus: ports.map((port, index) => ({ name: `p${index}`, ...port })) } } }
}

test('every port that is opened twice is told at the second place, and what follows', async () => {
  const extra_config = {
    ...scraped({ port: 8080 }, { port: 9000 }),
    'telemetry/metrics': { listen_address: ':9000' },
    'telemetry/opencensus': { exporters: { prometheus: { port: 9001 } } },
    '_gw/admin': { listen: '127.0.0.1:9001' },
    'auth/revoker': { N: 1, P: 0.1, hash_name: 'optimal', TTL: 1, port: 9002 },
    '_gw/revoker': { management: { port: 9002, token: 'x' } },
  }
  const other = (path: string, port: number, first: string): string =>
    `extra_config.${path}: port ${port} is opened twice: "extra_config.${first}" opens it as well: only one of them gets it`
  const found = await taken({ extra_config })
  assert.equal(found.length, 4, found.join('\n'))
  const prometheus = found.find((line) => line.includes('8080'))
  assert.equal(
    prometheus,
    'extra_config.telemetry/opentelemetry.exporters.prometheus[0].port: port 8080 is opened twice: the endpoints are served there: the gateway does not start',
  )
  const management = other('_gw/revoker.management.port', 9002, 'auth/revoker.port')
  assert.ok(found.includes(management), found.join('\n'))
  for (const port of [9000, 9001])
    assert.equal(found.filter((line) => line.includes(`port ${port} is opened twice: "extra_config.`)).length, 1)
})

test('a port of each interface, any free port and what is switched off are none', async () => {
  const apart = scraped({ port: 9000, host: '127.0.0.1' }, { port: 9000, host: '127.0.0.2' })
  assert.deepEqual(await taken({ extra_config: apart }), [])
  assert.deepEqual(await taken({ listen_ip: '127.0.0.1', extra_config: scraped({ port: 8080, host: '127.0.0.2' }) }), [])
  assert.equal((await taken({ listen_ip: '127.0.0.1', extra_config: scraped({ port: 8080, host: '0.0.0.0' }) })).length, 1)
  assert.deepEqual(await taken({ extra_config: scraped({ port: 0 }, { port: 0 }) }), [])
  const off = { 'telemetry/metrics': { endpoint_disabled: true, listen_address: ':8080' } }
  assert.deepEqual(await taken({ extra_config: off }), [])
})
