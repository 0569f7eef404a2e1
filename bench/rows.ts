// The rows of the benchmark: which endpoint is asked, and the figure to reach. Components add theirs in `NAME.bench.ts` files.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../scripts/tools.ts'
import { BIG_ITEMS, BIG_JSON, SMALL_JSON } from './bodies.ts'

export interface BenchRow {
  readonly name: string
  /** What wrk asks for. */
  readonly path: string
  /** Endpoints as in krakend.json; backends without `host` get the nginx that serves bodies.ts. */
  readonly endpoints: readonly object[]
  /** `extra_config` of the service. */
  readonly service?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** JSON to send: the request is a POST then. */
  readonly body?: string
  /** A header that has another value in every request: the values, made when the row is run, are used in turn. */
  readonly cycle?: { readonly header: string; readonly values: () => readonly string[] }
  /** Files beside krakend.json, the gateway's working directory: name → contents. */
  readonly files?: Readonly<Record<string, string>>
  /** Where among them modules of plugins lie. */
  readonly pluginFolder?: string
  /** The figure to reach, in units: the CPU time that nginx needs to proxy the small answer. */
  readonly target: string
  /** What KrakenD's engine needs, measured the same way. */
  readonly krakend?: string
  /** A path of the nginx that is the proxy: it does the same there, and is measured beside the row. */
  readonly nginx?: string
  /** Whether the answer is what the row says; without it any 200 will do. */
  check?(body: string): boolean
}

const CORE_ROWS: readonly BenchRow[] = [
  {
    name: 'one JSON backend, 500 B',
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }],
    target: '≤ 2.0',
    krakend: '4.1–5.3',
    check: (body) => sameJson(body, JSON.parse(SMALL_JSON)),
  },
  {
    name: 'no-op, 500 B',
    path: '/small',
    endpoints: [noop('/small', '/small.json')],
    target: '≤ 1.9',
    krakend: '4.9–5.2',
    check: (body) => body === SMALL_JSON,
  },
  {
    name: 'allow + mapping, 500 B',
    path: '/filtered',
    endpoints: [
      {
        endpoint: '/filtered',
        backend: [{ url_pattern: '/small.json', allow: ['id', 'name', 'owner.login'], mapping: { name: 'title', owner: 'by' } }],
      },
    ],
    target: '≤ 2.2',
    krakend: '3.8–4.4',
    check: (body) =>
      Object.keys(JSON.parse(body) as object)
        .toSorted()
        .join() === 'by,id,title',
  },
  {
    name: 'three backends merged, two grouped',
    path: '/merged',
    endpoints: [
      {
        endpoint: '/merged',
        backend: [{ url_pattern: '/small.json' }, { url_pattern: '/small.json', group: 'b' }, { url_pattern: '/small.json', group: 'c' }],
      },
    ],
    target: '≤ 4.5',
    krakend: '11.9–12.8',
    check: (body) => sameJson((JSON.parse(body) as { c: object }).c, JSON.parse(SMALL_JSON)),
  },
  {
    name: 'JSON of 117 KB, untouched',
    path: '/big',
    endpoints: [{ endpoint: '/big', backend: [{ url_pattern: '/big.json' }] }],
    target: '≤ 25',
    krakend: '201–216',
    check: (body) => sameJson(body, JSON.parse(BIG_JSON)),
  },
  {
    name: 'JSON of 117 KB, 2 fields of each of 800 items, grouped',
    path: '/big',
    endpoints: [{ endpoint: '/big', backend: [{ url_pattern: '/big.json', group: 'items', allow: allowTwoFields() }] }],
    target: '≤ 30',
    krakend: '124',
    check: (body) => sameJson((JSON.parse(body) as { items: { item799: object } }).items.item799, { id: 799, name: 'Item number 799' }),
  },
  {
    name: 'no-op, 117 KB',
    path: '/big',
    endpoints: [noop('/big', '/big.json')],
    target: '≤ 6',
    krakend: '10.3–12.1',
    check: (body) => body === BIG_JSON,
  },
]

/** The core's rows, then those of the components, whose names contain the text. */
export async function loadRows(text: string): Promise<BenchRow[]> {
  const files = globSync('src/**/*.bench.ts', { cwd: ROOT, exclude: ['src/components/_template/**'] }).sort()
  const modules = await Promise.all(files.filter(hasRows).map((file) => import(pathToFileURL(join(ROOT, file)).href) as Promise<RowModule>))
  const wanted = text.toLowerCase()
  return [...CORE_ROWS, ...modules.flatMap((module) => module.rows)].filter((row) => row.name.toLowerCase().includes(wanted))
}

interface RowModule {
  readonly rows: readonly BenchRow[]
}

/** Other files measure an algorithm alone, when they are run by hand. */
function hasRows(file: string): boolean {
  return readFileSync(join(ROOT, file), 'utf8').includes('export const rows')
}

function noop(endpoint: string, url_pattern: string): object {
  return { endpoint, output_encoding: 'no-op', backend: [{ url_pattern, encoding: 'no-op' }] }
}

function allowTwoFields(): string[] {
  return Array.from({ length: BIG_ITEMS }, (_none, i) => [`item${i}.id`, `item${i}.name`]).flat()
}

/** The gateway keeps the backend's order of keys, so the texts are equal when the values are. */
function sameJson(actual: unknown, expected: unknown): boolean {
  return JSON.stringify(typeof actual === 'string' ? JSON.parse(actual) : actual) === JSON.stringify(expected)
}
