// The backends of these examples in one small server: a chat, two releases of a service, orders, baskets with prices, two identity providers.
// `node backends.ts` starts it on the port that the files name. Knows nothing of the gateway.

import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'

export const PORT = 8091

export interface Backends {
  readonly port: number
  close(): Promise<void>
}

const EVENTS = ['Anna: hello', 'Ben: hi, how is the boat?', 'Anna: afloat']
const EVENT_EVERY_MS = 200
const ORDERS: Readonly<Record<string, object>> = { 7: { id: 7, customer: 'Anna', total: 318.5 } }
const BASKETS: Readonly<Record<string, object>> = {
  b1: {
    items: [
      { sku: 'kayak', quantity: 1 },
      { sku: 'paddle', quantity: 2 },
    ],
  },
}
const PRICES: Readonly<Record<string, number>> = { kayak: 279.5, paddle: 39 }
const TENANTS = ['north', 'south']
const TOKEN_LIVES_S = 600

const keys = new Map(TENANTS.map((tenant) => [tenant, generateKeyPairSync('ec', { namedCurve: 'P-256' })]))

/** Rejects with the listen error when the port is taken; port 0 takes a free one. */
export async function startBackends(port = PORT): Promise<Backends> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, kind = '', id = '', rest = ''] = (request.url ?? '').split('/')
  if (kind === 'rooms') return chat(response)
  if (kind === 'tenants' && rest === 'keys') return json(response, { keys: [publicKey(id)] })
  if (kind === 'tenants' && rest === 'token') return json(response, { token: tokenOf(id) })
  if (kind === 'orders' && request.method === 'POST') {
    const order = JSON.parse((await buffer(request)).toString()) as object
    return json(response, { id: 8, ...order }, 201)
  }
  const found = find(kind, id)
  return found === null ? json(response, { error: 'not found' }, 404) : json(response, found)
}

function find(kind: string, id: string): object | null {
  if (kind === 'stable' || kind === 'canary') return { release: kind, products: kind === 'stable' ? [1, 2] : [3, 1, 2] }
  if (kind === 'orders') return ORDERS[id] ?? null
  if (kind === 'baskets') return BASKETS[id] ?? null
  const price = PRICES[id]
  if (kind === 'prices' && price !== undefined) return { each: price, currency: 'EUR' }
  return kind === 'whoami' ? { hello: id } : null
}

async function chat(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  for (const event of EVENTS) {
    response.write(`data: ${event}\n\n`)
    await sleep(EVENT_EVERY_MS)
  }
  response.end()
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

function publicKey(tenant: string): object {
  return { ...keys.get(tenant)?.publicKey.export({ format: 'jwk' }), kid: kidOf(tenant), alg: 'ES256', use: 'sig' }
}

function tokenOf(tenant: string): string | null {
  const pair = keys.get(tenant)
  if (pair === undefined) return null
  const claims = { iss: `https://${tenant}.example`, sub: `someone-from-${tenant}`, exp: Math.floor(Date.now() / 1000) + TOKEN_LIVES_S }
  const head = [{ alg: 'ES256', kid: kidOf(tenant) }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(head), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${head}.${signature.toString('base64url')}`
}

function kidOf(tenant: string): string {
  return createHash('sha256').update(tenant).digest('hex').slice(0, 8)
}

if (import.meta.main) {
  const { port } = await startBackends()
  console.log(`The backends listen on port ${port}; Ctrl-C stops them.`)
}
