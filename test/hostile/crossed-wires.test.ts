// Fifty clients at once, backends that break off, and a configuration that is loaded again and again: every byte of an answer belongs to
// its request.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCommand } from '../../src/testing/process.ts'
import { askMarked, makeTally, markedEndpoints, seeded, startMarkedBackend } from './marked-traffic.ts'

const CLIENTS = 50
const WHOLE_OF_EACH = 200
const RELOADS = 4

for (const workers of [1, 2]) {
  test(`no answer is another request's, with ${workers} worker(s)`, async () => {
    const backend = await startMarkedBackend(seeded(1))
    const gateway = await runCommand(
      { version: 3, timeout: '5s', endpoints: markedEndpoints(backend.url) },
      { args: ['--workers', `${workers}`] },
    )
    try {
      await gateway.waitFor('Listening')
      const tally = makeTally()
      let reloads = 0
      let isReloading = false
      const reload = async (): Promise<void> => {
        isReloading = true
        gateway.child.kill('SIGHUP')
        await gateway.waitFor('the new configuration is served')
        reloads++
        isReloading = false
      }
      const goesOn = (): boolean => {
        if (tally.crossed.length > 0) return false
        const least = Math.min(...Object.values(tally.whole))
        if (!isReloading && reloads < RELOADS && least >= ((reloads + 1) * WHOLE_OF_EACH) / (RELOADS + 1)) void reload()
        return least < WHOLE_OF_EACH || reloads < RELOADS
      }
      await Promise.all(Array.from({ length: CLIENTS }, (_, client) => askMarked(gateway.port, client, seeded(client + 2), tally, goesOn)))
      assert.deepEqual(tally.crossed, [])
      assert.ok(tally.failed > 0, 'backends have failed on the way')
    } finally {
      assert.equal(await gateway.stop(), 0)
      await backend.close()
    }
  })
}
