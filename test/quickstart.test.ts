// The quickstart example as a user meets it: both files served by the real command, the same answers from both.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { QUICKSTART_PORTS, startDemoBackends } from '../examples/demo-backends.ts'
import type { DemoBackend } from '../examples/demo-backends.ts'
import { startGateway } from './gateway-process.ts'
import type { GatewayProcess } from './gateway-process.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

let backends: DemoBackend[] = []
const folder = mkdtempSync(join(tmpdir(), 'quickstart-'))

/** The example with the ports of this run's backends. */
function writeConfig(file: string): string {
  let text = readFileSync(join(ROOT, 'examples/quickstart', file), 'utf8')
  const written = [...QUICKSTART_PORTS.products, QUICKSTART_PORTS.marketing]
  for (const [i, port] of written.entries()) text = text.replaceAll(`:${port}"`, `:${backends[i]?.port}"`)
  const path = join(folder, file)
  writeFileSync(path, text)
  return path
}

async function ask(url: string): Promise<{ response: Response; json: Record<string, unknown> }> {
  const response = await fetch(url)
  assert.equal(response.status, 200)
  return { response, json: (await response.json()) as Record<string, unknown> }
}

describe('examples/quickstart', () => {
  before(async () => {
    backends = await startDemoBackends({ products: [0, 0, 0], marketing: 0 })
  })
  after(async () => {
    await Promise.all(backends.map((backend) => backend.close()))
    rmSync(folder, { recursive: true })
  })

  for (const file of ['krakend.json', 'krakend-v2.json']) {
    describe(file, () => {
      let gateway: GatewayProcess
      before(async () => {
        gateway = await startGateway('src/cli/bin.ts', writeConfig(file))
      })

      test('merges the products of one of three hosts with the offers of marketing', async () => {
        const { response, json } = await ask(`${gateway.url}/v1/products`)
        assert.equal(response.headers.get('x-krakend-completed'), 'true')
        assert.deepEqual(Object.keys(json).sort(), ['offers', 'products'])
        assert.equal((json['products'] as unknown[]).length, 3)
      })
      test('keeps three fields of a product and renames one', async () => {
        const { json } = await ask(`${gateway.url}/v1/products/1`)
        assert.deepEqual(json, { id: 1, title: 'Kayak', price: 279.5 })
      })
      test('asks the supplier that the product names', async () => {
        const { json } = await ask(`${gateway.url}/v1/products/3/supplier`)
        assert.equal(json['name'], 'Life jacket')
        assert.equal('internal' in json, false)
        assert.deepEqual(json['supplier'], { id: 9, name: 'Harbour Supplies', country: 'NL' })
      })
      test('puts two answers side by side', async () => {
        const { json } = await ask(`${gateway.url}/v1/overview`)
        assert.deepEqual(Object.keys(json).sort(), ['marketing', 'product'])
      })
      test('passes a CSV file through with its headers', async () => {
        const response = await fetch(`${gateway.url}/v1/offers.csv`)
        assert.equal(response.headers.get('content-type'), 'text/csv')
        assert.equal(response.headers.get('x-served-by'), 'marketing')
        assert.equal((await response.text()).split('\n')[0], 'id,product_id,discount_percent')
      })
      test('an unknown product fails its endpoint only', async () => {
        assert.equal((await fetch(`${gateway.url}/v1/products/99`)).status, 500)
        assert.equal((await fetch(`${gateway.url}/nowhere`)).status, 404)
      })
      test('ends in order when it is told to', async () => assert.equal(await gateway.stop(), 0))
    })
  }
})
