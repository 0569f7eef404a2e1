// The example of plugins as a user meets it: its file, served by the real command, with the demo backends.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startDemoBackends } from '../examples/demo-backends.ts'
import { startGateway } from './gateway-process.ts'

const EXAMPLE = fileURLToPath(new URL('../examples/plugins', import.meta.url))

test('all four plugins of the example serve together', async (t) => {
  const backends = await startDemoBackends({ products: [0, 0, 0], marketing: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'plugins-example-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = readFileSync(join(EXAMPLE, 'krakend.json'), 'utf8')
    .replace('./plugins/', join(EXAMPLE, 'plugins'))
    .replace(':8081', `:${backends[0]?.port}`)
  writeFileSync(join(folder, 'krakend.json'), file)
  process.env['PRODUCTS_SECRET'] = 's3cret'
  const gateway = await startGateway('src/cli/bin.ts', join(folder, 'krakend.json'))
  const ask = (path: string): Promise<Response> => fetch(`${gateway.url}${path}`, { headers: { 'X-Request-Id': 'mine' } })
  const good = await ask('/v1/products/1')
  assert.equal(good.headers.get('x-request-id'), 'mine')
  assert.deepEqual(((await good.json()) as { prices: unknown }).prices, { USD: 301.86, GBP: 240.37 })
  assert.equal((await ask('/v1/products/1?currency=EUR')).status, 400)
  await Promise.all(backends.map((backend) => backend.close()))
  const stale = await ask('/v1/products/1')
  assert.equal(stale.headers.get('x-stale'), 'true')
  assert.equal((await ask('/none')).headers.get('x-request-id'), 'mine')
  assert.equal(await gateway.stop(), 0)
})
