// The revoker's HTTP port: JSON in, JSON out, a token at the door. Knows nothing of the gateway's own requests.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { readUpTo } from '../../../engine/body.ts'
import { createServer } from '../../../node-http.ts'
import { parseBounded } from '../../../json/bounded-parse.ts'
import { filterBytes } from './bloom-filter.ts'
import { ElementError, finish } from './revocations.ts'
import type { Revocations } from './revocations.ts'
import { isObject } from '../../../json/types.ts'

const MAX_BODY_BYTES = 1024 * 1024
const MAX_CONNECTIONS = 100
const MAX_REQUEST_MS = 30_000

/** What a caller did wrong, with the status of the answer. */
class RequestError extends Error {
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

type Route = (revocations: Revocations, body: unknown) => Promise<object>

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['POST /revocations', async (revocations, body) => ({ added: await finish(revocations.addInParts(elementsOf(body))) })],
  ['POST /check', async (revocations, body) => ({ revoked: await finish(revocations.checkInParts(elementsOf(body))) })],
  ['GET /status', statusOf],
])

/** A server that is not listening yet. Every call needs `Authorization: Bearer <token>`. */
export function createManagementServer(revocations: Revocations, token: string, ttlSeconds: number): Server {
  const expected = digest(`Bearer ${token}`)
  const server = createServer({ requestTimeout: MAX_REQUEST_MS, headersTimeout: MAX_REQUEST_MS }, (request, response) => {
    handle(request, revocations, expected, ttlSeconds).then(
      (answer) => send(response, 200, answer),
      (error: unknown) => {
        const isExpected = error instanceof RequestError
        send(response, isExpected ? error.statusCode : 500, { error: isExpected ? error.message : 'internal error' })
      },
    )
  })
  server.maxConnections = MAX_CONNECTIONS
  return server
}

async function handle(request: IncomingMessage, revocations: Revocations, expected: Buffer, ttlSeconds: number): Promise<object> {
  // security: digests have one length, so the comparison takes the same time for every token.
  if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) throw new RequestError(401, 'a token is needed')
  const [path] = (request.url ?? '').split('?')
  const route = ROUTES.get(`${request.method} ${path}`)
  if (route === undefined) throw new RequestError(404, 'not found')
  const body = request.method === 'POST' ? parse(await readBody(request)) : null
  const answer = await route(revocations, body).catch((error: unknown) => {
    throw error instanceof ElementError ? new RequestError(400, error.message) : error
  })
  return request.method === 'GET' ? { ...answer, ttl: ttlSeconds } : answer
}

async function statusOf({ filter }: Revocations): Promise<object> {
  const { n, p, hashName } = filter.parameters
  return {
    n,
    p,
    hash_name: hashName,
    bits: filter.m,
    hashes: filter.k,
    bytes: 3 * filterBytes(filter.m),
    rotations: filter.rotations,
    fill_degree: await finish(filter.fillDegreeInParts()),
  }
}

/** `{"elements": ["jti-abc"]}` or `{"claims": {"jti": "abc"}}` or both. */
function elementsOf(body: unknown): Buffer[] {
  const { elements = [], claims = {} } = (isObject(body) ? body : {}) as { elements?: unknown; claims?: unknown }
  if (!Array.isArray(elements) || !isObject(claims)) throw new RequestError(400, '"elements" is a list of texts, "claims" an object')
  const texts: unknown[] = [...elements]
  for (const [claim, value] of Object.entries(claims)) texts.push(typeof value === 'string' ? `${claim}-${value}` : null)
  if (texts.length === 0) throw new RequestError(400, 'neither "elements" nor "claims"')
  return texts.map((text) => {
    if (typeof text !== 'string') throw new RequestError(400, 'elements and claims are texts')
    return Buffer.from(text)
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const bytes = await readUpTo(request, MAX_BODY_BYTES)
  if (bytes !== null) return bytes.toString()
  // A connection that is closed while a body comes in is reset, and the caller may never see the answer. MAX_REQUEST_MS bounds it.
  request.resume()
  throw new RequestError(413, 'body too large')
}

function parse(text: string): unknown {
  try {
    return parseBounded(text)
  } catch {
    throw new RequestError(400, 'no JSON')
  }
}

function send(response: ServerResponse, statusCode: number, answer: unknown): void {
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(statusCode, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
