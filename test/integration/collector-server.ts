// A real OpenTelemetry Collector for the tests of this folder: built once from its own modules, with OTLP in and a file of JSON out.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/testing/backend.ts'
import { findProgram, serverOf, type TestServer } from './servers.ts'

const SOURCE = fileURLToPath(new URL('collector', import.meta.url))
const VERSION = '0.161.0'
const FOLDER = join(homedir(), '.cache', 'krakend-ts', `otelcol-${VERSION}`)
const PROGRAM = join(FOLDER, 'otelcol')
const BUILD_MS = 240_000

/** As `skip` of node:test: false where the collector can be started, else why not and what to do. Builds it when it is not there yet. */
export function prepareCollector(): false | string {
  if (existsSync(PROGRAM)) return false
  const go = findProgram('go')
  if (go === null) return 'go is not installed: version 1.26 or newer of https://go.dev'
  mkdirSync(FOLDER, { recursive: true })
  cpSync(SOURCE, FOLDER, { recursive: true })
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  const { status } = spawnSync(go, ['build', '-trimpath', '-o', 'otelcol.new', '.'], {
    cwd: FOLDER,
    env,
    timeout: BUILD_MS,
    stdio: 'ignore',
  })
  if (status !== 0) return `the collector cannot be built: cd ${FOLDER} && go build (Go 1.26 or newer)`
  renameSync(join(FOLDER, 'otelcol.new'), PROGRAM)
  return false
}

export interface Collector extends TestServer {
  /** Its other port: `port` takes gRPC, this one HTTP. */
  readonly httpPort: number
  spans(): Span[]
  /** The newest values of a metric, by the text of their attributes. */
  metric(name: string): Point[]
}

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** None for the first of a trace. */
  readonly parentSpanId?: string
  readonly kind: number
  readonly attributes: readonly Attribute[]
}

export interface Point {
  readonly attributes: readonly Attribute[]
  /** A histogram's count; numbers of 64 bits are texts. */
  readonly count?: string
  readonly asDouble?: number
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, string | number | boolean>>
}

interface Batch {
  readonly resourceSpans?: { readonly scopeSpans: { readonly spans: Span[] }[] }[]
  readonly resourceMetrics?: { readonly scopeMetrics: { readonly metrics: Metric[] }[] }[]
}

interface Metric {
  readonly name: string
  readonly histogram?: { readonly dataPoints: Point[] }
  readonly sum?: { readonly dataPoints: Point[] }
}

export async function startCollector(): Promise<Collector> {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-otelcol-'))
  const [port, httpPort] = [await freePort(), await freePort()]
  const [config, file] = [join(folder, 'config.yaml'), join(folder, 'received.jsonl')]
  const protocols = { grpc: { endpoint: `127.0.0.1:${port}` }, http: { endpoint: `127.0.0.1:${httpPort}` } }
  const pipeline = { receivers: ['otlp'], exporters: ['file'] }
  // JSON is YAML as well.
  const settings = {
    receivers: { otlp: { protocols } },
    exporters: { file: { path: file, append: true } },
    service: { pipelines: { traces: pipeline, metrics: pipeline }, telemetry: { metrics: { level: 'none' } } },
  }
  writeFileSync(config, JSON.stringify(settings))
  const server = await serverOf(folder, { command: PROGRAM, args: [`--config=file:${config}`], port })
  /** A batch a line; the last line may be under way. */
  const batches = (): Batch[] => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    return lines.map((line) => JSON.parse(line) as Batch)
  }
  return {
    ...server,
    httpPort,
    spans: () => batches().flatMap((batch) => (batch.resourceSpans ?? []).flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans))),
    metric(name) {
      const all = batches().flatMap((batch) =>
        (batch.resourceMetrics ?? []).flatMap((one) => one.scopeMetrics.flatMap(({ metrics }) => metrics)),
      )
      const newest = all.findLast((metric) => metric.name === name)
      return newest?.histogram?.dataPoints ?? newest?.sum?.dataPoints ?? []
    },
  }
}

/** The value of an attribute as a text; empty where there is none. */
export function attributeOf({ attributes }: Pick<Point, 'attributes'>, key: string): string {
  return String(Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0] ?? '')
}
