// What the tests of issuers share: an authorization server with documents, keys and introspection, and tokens of ES256. Has no tests itself.

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export interface TestKey {
  readonly jwk: Record<string, unknown>
  readonly privateKey: KeyObject
}

export function newKey(kid: string, more: Record<string, unknown> = {}): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { jwk: { ...publicKey.export({ format: 'jwk' }), kid, ...more }, privateKey }
}

/** A token of ES256. */
export function es256(claims: object, { jwk, privateKey }: TestKey, header: object = {}): string {
  const parts = [{ alg: 'ES256', kid: jwk['kid'], ...header }, claims]
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

/** What the server says: a status with anything, or nothing at all (`null`: the connection breaks). */
export type Reply = {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Record<string, string>
} | null

export interface IssuerServer {
  readonly url: string
  readonly asked: Asked[]
  /** By path; others are answered 404. A function sees what was asked. */
  readonly replies: Record<string, Reply | ((asked: Asked) => Reply | Promise<Reply>)>
}

const servers: http.Server[] = []
after(() => servers.forEach((server) => (server.closeAllConnections(), server.close())))

export async function issuerServer(replies: IssuerServer['replies'] = {}): Promise<IssuerServer> {
  const asked: Asked[] = []
  const server = http.createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const { method = '', url = '', headers } = request
      const own: Asked = { method, path: url, authorization: headers.authorization, body: Buffer.concat(chunks).toString() }
      asked.push(own)
      const found = replies[url] === undefined ? { status: 404 } : replies[url]
      const reply = typeof found === 'function' ? await found(own) : found
      if (reply === null) request.socket.destroy()
      else response.writeHead(reply.status ?? 200, reply.headers).end(reply.text ?? JSON.stringify(reply.json ?? {}))
    })()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, replies }
}

export function setOf(...keys: readonly TestKey[]): Reply {
  return { json: { keys: keys.map(({ jwk }) => jwk) } }
}
