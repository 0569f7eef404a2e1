// Start, stop and exit codes of real processes, with one worker and with two.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Backend, endpointOf, get, runCommand, startBackend, startCommand } from './test-support.ts'

for (const workers of [1, 2]) {
  const args = ['--workers', String(workers)]
  describe(`${workers} worker${workers > 1 ? 's' : ''}`, () => {
    let backend: Backend
    /** Resolves when the backend has been asked, with what lets it answer. */
    let asked = Promise.withResolvers<() => void>()
    before(async () => {
      backend = await startBackend((request, response) => {
        if (request.url === '/slow') asked.resolve(() => response.end('{"late":true}'))
        else response.end('{"ok":true}')
      })
    })
    after(() => backend.close())

    test('serves, finishes what runs on SIGTERM, and ends with success', async () => {
      const gateway = await startCommand({ endpoints: [endpointOf('/slow', backend.url), endpointOf('/quick', backend.url)] }, { args })
      assert.deepEqual(await get(`${gateway.url}/quick`), { status: 200, body: '{"ok":true}' })
      const slow = get(`${gateway.url}/slow`)
      const release = await asked.promise
      const exited = gateway.stop()
      await gateway.waitFor('Signal intercepted: terminated')
      assert.match(gateway.output(), /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d Signal intercepted: terminated$/m)
      await untilRefused(`${gateway.url}/quick`)
      release()
      assert.deepEqual(await slow, { status: 200, body: '{"late":true}' })
      assert.equal(await exited, 0)
      assert.match(gateway.output(), /"\/slow"\n(.*\n)*.*Router execution ended/)
      assert.equal(gateway.output().match(/Building the proxy pipe/g)?.length, 2)
      assert.doesNotMatch(gateway.output(), /context deadline exceeded/)
    })

    test('SIGUSR1 opens no debugger and ends nothing', async () => {
      const gateway = await startCommand({ endpoints: [endpointOf('/quick', backend.url)] }, { args })
      gateway.child.kill('SIGUSR1')
      assert.equal((await get(`${gateway.url}/quick`)).status, 200)
      assert.equal(await gateway.stop(), 0)
      assert.doesNotMatch(gateway.output(), /Debugger/)
    })

    test('cuts off what still runs after max_shutdown_wait_time, and says so', async () => {
      const config = { max_shutdown_wait_time: '50ms', timeout: '30s', endpoints: [endpointOf('/slow', backend.url)] }
      const gateway = await startCommand(config, { args })
      asked = Promise.withResolvers()
      const slow = get(`${gateway.url}/slow`)
      await asked.promise
      const exited = gateway.stop()
      await assert.rejects(slow)
      assert.equal(await exited, 0)
      assert.equal(gateway.output().match(/ERROR: \[SERVICE: Gin\] context deadline exceeded/g)?.length, 1)
    })

    test('a port in use: says so, exit code 1', async () => {
      const other = createServer().listen(0)
      await once(other, 'listening')
      const { port } = other.address() as AddressInfo
      const gateway = await runCommand({ endpoints: [] }, { args, port })
      assert.equal(await gateway.exited, 1)
      assert.match(gateway.output(), /ERROR: \[SERVICE: Gin\] listen tcp .*: bind: address already in use/)
      assert.ok(gateway.output().includes(`Port ${port} is in use`))
      other.close()
    })

    test('routes that conflict: the reason once, exit code 2', async () => {
      const endpoints = [endpointOf('/a/{x}', backend.url), endpointOf('/a/{y}', backend.url)]
      const gateway = await runCommand({ endpoints }, { args })
      assert.equal(await gateway.exited, 2)
      assert.equal(gateway.output().match(/CRITICAL/g)?.length, 1)
    })

    test('a certificate that is missing: logged, exit code 0 as with KrakenD', async () => {
      const tls = { public_key: '/nowhere.pem', private_key: '/nowhere.key' }
      const gateway = await runCommand({ tls, endpoints: [] }, { args })
      assert.equal(await gateway.exited, 0)
      assert.match(gateway.output(), /ERROR: \[SERVICE: Gin\].*\/nowhere.*\n(.*\n)*.*Router execution ended/)
    })
  })
}

test('two gateways with several workers do not share a port by mistake', async () => {
  const first = await startCommand({ endpoints: [] }, { args: ['--workers', '2'] })
  const second = await runCommand({ endpoints: [] }, { args: ['--workers', '2'], port: first.port })
  assert.equal(await second.exited, 1)
  assert.equal(await first.stop(), 0)
})

test('--workers is a number or "auto"', async () => {
  for (const value of ['0', '-1', 'many', '257', '1.5']) {
    const gateway = await runCommand({ endpoints: [] }, { args: [`--workers=${value}`] })
    assert.equal(await gateway.exited, 255)
    assert.ok(gateway.output().includes(`invalid argument "${value}" for "--workers" flag`))
  }
})

/** A connection of the last moment may be reset. */
async function untilRefused(url: string): Promise<void> {
  let code = ''
  while (code !== 'ECONNREFUSED')
    code = await get(url).then(
      () => '',
      (error: NodeJS.ErrnoException) => error.code ?? '',
    )
}
