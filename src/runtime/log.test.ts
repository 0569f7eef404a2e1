// The log against readers that leave or fall asleep, with real pipes.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import { get, startCommand } from './test-support.ts'

for (const workers of ['1', '2']) {
  test(`${workers}: a reader that leaves stops nothing`, async () => {
    const gateway = await startCommand({ endpoints: [] }, { args: ['--workers', workers] })
    gateway.child.stdout?.destroy()
    gateway.child.stderr?.destroy()
    for (let i = 0; i < 20; i++) assert.equal((await get(`${gateway.url}/__health`)).status, 200)
    gateway.child.kill('SIGTERM')
    assert.deepEqual(await once(gateway.child, 'exit'), [0, null])
  })

  test(`${workers}: a reader that sleeps holds up neither requests nor the end`, async () => {
    const gateway = await startCommand({ endpoints: [] }, { args: ['--workers', workers] })
    gateway.child.stdout?.pause()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
    // Far more than a pipe holds (64 KiB).
    const path = `/__health?${'x'.repeat(4000)}`
    const answers = await Promise.all(Array.from({ length: 100 }, () => get(gateway.url + path, agent)))
    assert.ok(answers.every(({ status }) => status === 200))
    agent.destroy()
    gateway.child.kill('SIGTERM')
    assert.deepEqual(await once(gateway.child, 'exit'), [0, null])
  })
}

test('lines that were lost are counted when the reader goes on', async () => {
  const gateway = await startCommand({ endpoints: [] })
  gateway.child.stdout?.pause()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  // 600 lines of 60 kB: twice what is kept.
  const url = `${gateway.url}/__health?${'x'.repeat(60_000)}`
  await Promise.all(Array.from({ length: 600 }, () => get(url, agent)))
  agent.destroy()
  gateway.child.stdout?.resume()
  await gateway.waitFor('lines of the log were lost')
  assert.equal(await gateway.stop(), 0)
  const output = gateway.output()
  const lost = Number(/krakend: (\d+) lines of the log were lost, nobody read them\n/.exec(output)?.[1])
  assert.equal(output.match(/^\[GIN\]/gm)?.length, 600 - lost)
})
