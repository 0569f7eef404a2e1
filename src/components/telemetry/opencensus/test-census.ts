// What tests of this folder share: files with the block, the page that Prometheus gets, and a server that takes what is posted.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SharedMemory } from '../../../engine/compile/component.ts'
import { readBlock } from '../../../engine/compile/read-block.ts'
import { createSharedMemory } from '../../../runtime/shared.ts'
import { configOf, makeSite, openInMemory } from '../../../testing/index.ts'
import { MetricReader } from '../metric-reader.ts'
import { writePage } from '../prometheus-page.ts'
import { openCensus } from './index.ts'
import { NAMESPACE, type ServiceOptions } from './options.ts'
import { storeName, tagsOf, VIEWS } from './views.ts'

export const TRACE = '463ac35c9f6413ad48485a3953bb6124'
export const B3 = { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': '0020000000000001', 'X-B3-Sampled': '1' }
export const ALL_TAGS = { tag_host: true, tag_path: true, tag_method: true, tag_statuscode: true }

export function fileWith(block: object, more: { endpoint?: object; backend?: object } = {}): Parameters<typeof configOf>[0] {
  const backends = [{ host: ['http://backend:8080'], url_pattern: '/b/{id}', ...more.backend }]
  return { endpoints: [{ endpoint: '/a/{id}', backend: backends, ...more.endpoint }], extra_config: { [NAMESPACE]: block } }
}

export function optionsFor(block: object): ServiceOptions {
  const read = readBlock(openCensus, new Map([[NAMESPACE, block]]), makeSite())
  assert.ok(typeof read === 'object')
  return read.value
}

/** The page that Prometheus gets. */
export function pageOf(shared: SharedMemory, block: object): string {
  const { exporters } = optionsFor(block)
  const series = new MetricReader(shared, storeName(tagsOf(exporters)), VIEWS).collect()
  return writePage(series, [], { namespace: exporters.prometheus?.namespace ?? '', labels: [], suffixes: false })
}

/** Lines of a metric, as they are without buckets. */
export function linesOf(page: string, name: string): string[] {
  return page.split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket'))
}

export async function measured(block: object, targets: readonly string[], more: Parameters<typeof fileWith>[1] = {}): Promise<string> {
  const shared = createSharedMemory()
  const gateway = await openInMemory(configOf(fileWith(block, more)), { shared })
  for (const target of targets) await gateway.ask({ target })
  await gateway.retire()
  return pageOf(shared, block)
}

export interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A server that takes what is posted to it; `next` is the next request. */
export async function taker(statusCode = 202): Promise<{ url: string; next: () => Promise<Taken>; close: () => void }> {
  const waiting: Taken[] = []
  let wake = (): void => {}
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      waiting.push({ headers: request.headers, body: Buffer.concat(chunks) })
      wake()
      response.writeHead(statusCode).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/spans`,
    async next() {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      if (waiting.length === 0) await promise
      return waiting.shift() as Taken
    },
    close: () => server.close().closeAllConnections(),
  }
}
