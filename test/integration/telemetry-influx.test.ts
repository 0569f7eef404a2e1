// `telemetry/influx` against a real InfluxDB: points of all workers, a database that goes away and comes back.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { freePort } from '../../src/testing/backend.ts'
import { eventually } from './agent-kit.ts'
import { lacks, type TestServer } from './servers.ts'
import { serveTwo } from './sink-kit.ts'
import { influxQuery, startInflux } from './sink-servers.ts'

const USER = { username: 'gateway', password: 's3cret' }

describe('telemetry/influx', { skip: lacks('influxd', 'influxdb'), timeout: 120_000 }, () => {
  let influx: TestServer | null = null

  after(() => influx?.remove())

  test('points of the whole process; one line when the database goes and one when it is back', async (context) => {
    const server = await startInflux()
    influx = server
    await influxQuery(server, `CREATE USER ${USER.username} WITH PASSWORD '${USER.password}' WITH ALL PRIVILEGES`)
    await influxQuery(server, 'CREATE DATABASE krakend', USER)
    const gateway = await serveTwo(
      {
        'telemetry/metrics': { listen_address: `127.0.0.1:${await freePort()}`, collection_time: '1s' },
        'telemetry/influx': { address: `http://127.0.0.1:${server.port}`, ttl: '1s', buffer_size: 100, ...USER },
      },
      context,
    )
    const where = `"layer" = 'backend' AND "name" = '/b' AND "complete" = 'true' AND "error" = 'false'`
    const totals = async (): Promise<unknown> => {
      const [row] = await influxQuery(server, `SELECT max("total") AS total, sum("count") AS count FROM requests WHERE ${where}`, USER)
      return row === undefined ? null : [row['total'], row['count']]
    }
    await gateway.ask(40)
    await eventually(async () => String(await totals()) === '40,40', 'all requests are counted')
    const [row] = await influxQuery(server, `SELECT last("total") AS total FROM responses WHERE "name" = '/x' AND "status" = '200'`, USER)
    assert.equal(row?.['total'], 40)

    await server.stop()
    await gateway.waitFor("Couldn't write to server")
    await gateway.ask(10)
    await server.start()
    await gateway.waitFor('the server takes batches again, 0 were lost')
    await gateway.ask(10)
    await eventually(async () => String(await totals()) === '60,60', 'what was kept comes as well')
    assert.equal(await gateway.stop(), 0)
    assert.deepEqual([gateway.count('ERROR'), gateway.count('takes batches again')], [1, 1])
  })
})
