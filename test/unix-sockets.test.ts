// A backend that listens at a socket of this machine.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { endpoint, request, serve } from './kit.ts'

test('unix:///path is a host like any other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'socket-'))
  const path = join(folder, 'app.sock')
  const server = http.createServer((incoming, response) => response.end(JSON.stringify({ url: incoming.url, host: incoming.headers.host })))
  server.listen(path)
  await once(server, 'listening')
  const gateway = await serve({ endpoints: [endpoint('/x', `unix://${path}`, {}, { disable_host_sanitize: true })] })
  try {
    for (let i = 0; i < 2; i++) assert.deepEqual(JSON.parse((await request(gateway.port, '/x')).body), { url: '/x', host: 'localhost' })
  } finally {
    await gateway.stop()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    rmSync(folder, { recursive: true })
  }
})
