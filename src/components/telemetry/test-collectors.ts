// Collectors of OTLP for tests: they take what is sent and say that it is good.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'

export interface Collector {
  readonly port: number
  /** The next request, by its path. */
  readonly next: (path: string) => Promise<Buffer>
  close(): void
}

function waiter(): { put: (path: string, bytes: Buffer) => void; next: (path: string) => Promise<Buffer> } {
  const waiting = new Map<string, PromiseWithResolvers<Buffer>>()
  const of = (path: string): PromiseWithResolvers<Buffer> => {
    const known = waiting.get(path) ?? Promise.withResolvers<Buffer>()
    waiting.set(path, known)
    return known
  }
  return { put: (path, bytes) => of(path).resolve(bytes), next: (path) => of(path).promise }
}

export async function httpCollector(): Promise<Collector> {
  const { put, next } = waiter()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      put(request.url ?? '', Buffer.concat(chunks))
      response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, next, close: () => server.close().closeAllConnections() }
}

export async function grpcCollector(): Promise<Collector> {
  const { put, next } = waiter()
  const server = new Server()
  for (const kind of ['trace.v1.TraceService', 'metrics.v1.MetricsService']) {
    const path = `/opentelemetry.proto.collector.${kind}/Export`
    const same = (bytes: Buffer): Buffer => bytes
    const method = { path, requestStream: false, responseStream: false } as const
    const codec = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same }
    server.addService(
      { Export: { ...method, ...codec } },
      {
        Export(call: { request: Buffer }, done: (error: null, answer: Buffer) => void) {
          put(path, call.request)
          done(null, Buffer.alloc(0))
        },
      },
    )
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error === null ? resolve(port) : reject(error)))
  return { port: await promise, next, close: () => server.forceShutdown() }
}
