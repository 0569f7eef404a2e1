// The backends of the quickstart example: three hosts of a product service and one of marketing, each a tiny HTTP server.
// Knows nothing of the gateway.

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

type Routes = (path: string) => Answer | null

export interface DemoBackend {
  readonly name: string
  readonly port: number
  close(): Promise<void>
}

export interface DemoPorts {
  readonly products: readonly number[]
  readonly marketing: number
}

/** The ports that examples/quickstart/krakend.json names. */
export const QUICKSTART_PORTS: DemoPorts = { products: [8081, 8082, 8083], marketing: 8084 }

const PRODUCTS = [
  { id: 1, name: 'Kayak', price: 279.5, stock: 12, supplier_id: 7, internal: { cost: 181.25 } },
  { id: 2, name: 'Paddle', price: 39.0, stock: 140, supplier_id: 7, internal: { cost: 17.4 } },
  { id: 3, name: 'Life jacket', price: 64.9, stock: 58, supplier_id: 9, internal: { cost: 31.1 } },
]
const SUPPLIERS = [
  { id: 7, name: 'Fjord & Sons', country: 'NO' },
  { id: 9, name: 'Harbour Supplies', country: 'NL' },
]
const OFFERS = [
  { id: 'summer', product_id: 1, discount_percent: 15 },
  { id: 'bundle', product_id: 2, discount_percent: 10 },
]

/** Starts all demo servers; rejects with the listen error (`EADDRINUSE`) when a port is taken. Port 0 takes a free one. */
export async function startDemoBackends(ports: DemoPorts = QUICKSTART_PORTS): Promise<DemoBackend[]> {
  const started: DemoBackend[] = []
  try {
    for (const [index, port] of ports.products.entries()) started.push(await start(`products-${index + 1}`, port, routeProducts))
    started.push(await start('marketing', ports.marketing, routeMarketing))
  } catch (error) {
    await Promise.all(started.map((backend) => backend.close()))
    throw error
  }
  return started
}

function routeProducts(path: string): Answer | null {
  if (path === '/products') return json({ products: PRODUCTS })
  const [, kind, id] = path.split('/')
  if (kind === 'products') return findById(PRODUCTS, id)
  if (kind === 'suppliers') return findById(SUPPLIERS, id)
  return null
}

function routeMarketing(path: string): Answer | null {
  if (path === '/offers') return json({ offers: OFFERS, campaign: 'summer 2026' })
  if (path === '/offers.csv') return { status: 200, contentType: 'text/csv', body: csv() }
  return null
}

function findById(list: readonly { id: number }[], id: string | undefined): Answer | null {
  const found = list.find((item) => String(item.id) === id)
  return found === undefined ? null : json(found)
}

function json(value: unknown): Answer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) }
}

function csv(): string {
  return ['id,product_id,discount_percent', ...OFFERS.map((offer) => Object.values(offer).join(',')), ''].join('\n')
}

async function start(name: string, port: number, routes: Routes): Promise<DemoBackend> {
  const server = createServer((request, response) => answer(name, routes, request, response))
  await listen(server, port)
  return { name, port: (server.address() as AddressInfo).port, close: () => close(server) }
}

function answer(name: string, routes: Routes, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const found = routes(path) ?? { status: 404, contentType: 'application/json', body: '{"error":"not found"}' }
  response.writeHead(found.status, {
    'Content-Type': found.contentType,
    'Content-Length': Buffer.byteLength(found.body),
    'X-Served-By': name,
  })
  response.end(found.body)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
