// SIGHUP: a new configuration under load, a wrong one, settings that need a restart; with one worker and with two.

import assert from 'node:assert/strict'
import http from 'node:http'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Backend, endpointOf, get, startBackend, startCommand } from './test-support.ts'

/** A configuration whose answer tells its number. */
function numbered(number: number, host: string): object {
  const value = { strategy: 'always', data: { number } }
  return { endpoints: [endpointOf('/number', host, { extra_config: { proxy: { static: value } } })] }
}

for (const workers of [1, 2]) {
  const args = ['--workers', String(workers)]
  describe(`${workers} worker${workers > 1 ? 's' : ''}`, () => {
    let backend: Backend
    before(async () => {
      backend = await startBackend()
    })
    after(() => backend.close())

    test('no request fails, and none is answered by an older configuration than one before it', async () => {
      const gateway = await startCommand(numbered(0, backend.url), { args })
      const url = `${gateway.url}/number`
      const end = new AbortController()
      let answers = 0
      /** Called after every answer of a client. */
      let onAnswer = (): void => {}
      const clients = [true, false, true, false].map(async (keepAlive) => {
        const agent = new http.Agent({ keepAlive, maxSockets: 1 })
        while (!end.signal.aborted) {
          const { status } = await get(url, agent)
          assert.equal(status, 200)
          answers++
          onAnswer()
        }
        agent.destroy()
      })
      for (let number = 1; number <= 5; number++) {
        const enough = answers + clients.length
        const underLoad = new Promise<void>((resolve) => (onAnswer = () => answers >= enough && resolve()))
        gateway.rewrite(numbered(number, backend.url))
        gateway.child.kill('SIGHUP')
        await underLoad
        await gateway.waitFor('[SERVICE: Reload] the new configuration is served')
        for (let i = 0; i < 8; i++) assert.equal((JSON.parse((await get(url)).body) as { number: number }).number, number)
      }
      end.abort()
      await Promise.all(clients)
      assert.equal(await gateway.stop(), 0)
    })

    test('a wrong file changes nothing and says everything that is wrong', async () => {
      const gateway = await startCommand(numbered(7, backend.url), { args })
      const endpoints = [{ endpoint: '/a', timeout: 'soon', backend: [] }, { endpoint: 5 }]
      for (const [content, reason] of [
        [JSON.stringify({ version: 3, endpoints }), 'the running configuration stays: the file has errors'],
        ['{"version": 3,', 'the running configuration stays: the file has errors'],
        [
          JSON.stringify({ version: 3, endpoints: [endpointOf('/a/{x}', backend.url), endpointOf('/a/{y}', backend.url)] }),
          'the running configuration stays: ',
        ],
      ] as const) {
        writeFileSync(gateway.file, content)
        gateway.child.kill('SIGHUP')
        await gateway.waitFor(reason)
        assert.deepEqual(JSON.parse((await get(`${gateway.url}/number`)).body), { path: '/number', number: 7 })
      }
      assert.match(gateway.output(), /ERROR parsing the configuration file/)
      gateway.rewrite(numbered(8, backend.url))
      gateway.child.kill('SIGHUP')
      await gateway.waitFor('the new configuration is served')
      assert.deepEqual(JSON.parse((await get(`${gateway.url}/number`)).body), { path: '/number', number: 8 })
      assert.equal(await gateway.stop(), 0)
    })

    test('names what only a restart changes', async () => {
      const gateway = await startCommand(numbered(1, backend.url), { args })
      gateway.rewrite({ ...numbered(2, backend.url), port: gateway.port + 1, read_timeout: '9s', use_h2c: true })
      gateway.child.kill('SIGHUP')
      await gateway.waitFor('[SERVICE: Reload] needs a restart to take effect: port, read_timeout, use_h2c')
      await gateway.waitFor('the new configuration is served')
      assert.equal((JSON.parse((await get(`${gateway.url}/number`)).body) as { number: number }).number, 2)
      assert.equal(await gateway.stop(), 0)
    })

    test('what a limit has counted outlives a reload', async () => {
      const limit = { 'qos/ratelimit/router': { max_rate: 3, every: '1h', capacity: 3 } }
      const limited = { endpoints: [endpointOf('/limited', backend.url, { extra_config: limit })] }
      const gateway = await startCommand(limited, { args })
      const statuses: number[] = []
      for (let i = 0; i < 3; i++) {
        statuses.push((await get(`${gateway.url}/limited`)).status, (await get(`${gateway.url}/limited`)).status)
        gateway.child.kill('SIGHUP')
        await gateway.waitFor('the new configuration is served')
      }
      assert.deepEqual(statuses, [200, 200, 200, 503, 503, 503])
      assert.equal(await gateway.stop(), 0)
    })
  })
}

test('the old configuration stays until its last request has ended', async () => {
  let release = (): void => {}
  const asked = Promise.withResolvers<void>()
  const backend = await startBackend((_request, response) => {
    release = () => response.end('{"from":"old"}')
    asked.resolve()
  })
  const gateway = await startCommand({ timeout: '30s', endpoints: [endpointOf('/slow', backend.url)] })
  const slow = get(`${gateway.url}/slow`)
  await asked.promise
  gateway.rewrite({ endpoints: [] })
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('[SERVICE: Reload] the old configuration stays for 1 requests in flight')
  await gateway.waitFor('the new configuration is served')
  assert.equal((await get(`${gateway.url}/slow`)).status, 404)
  release()
  assert.deepEqual(await slow, { status: 200, body: '{"from":"old"}' })
  assert.equal(await gateway.stop(), 0)
  backend.close()
})
