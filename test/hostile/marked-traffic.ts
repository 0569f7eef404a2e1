// Traffic in which every byte names its request: backends that answer with the id they are asked for and misbehave now and then, clients
// that compare. Whatever crosses wires, be it an answer, a part or a cached copy, is found.

import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, request, startBackend, type TestBackend } from '../kit.ts'

/** One backend answer of so many goes wrong. */
const FAULTS = 20
const STREAM_REPEATS = 400
const CACHED_IDS = 16
/** A connection that broke before an answer began. */
const LOST = { status: 0, body: '', isComplete: false }

export interface Tally {
  /** Answers that came whole, kind by kind. */
  readonly whole: Record<Kind, number>
  /** Errors, cut answers and parts that are missing: what faults of backends cost. */
  failed: number
  /** What does not belong to its request; must stay empty. */
  readonly crossed: string[]
}

export type Kind = keyof typeof KINDS

/** What a whole answer of each kind of endpoint is. Decoded ones may lack a part whose backend has failed. */
const KINDS = {
  merge: (id: string) => ({ a: id, b: id }),
  sequence: (id: string) => ({ a: id, c: id }),
  cached: (id: string) => ({ kept: id }),
  coalesced: (id: string) => ({ together: id }),
  stream: (id: string) => `${id} `.repeat(STREAM_REPEATS),
}

const KIND_NAMES = Object.keys(KINDS) as Kind[]

/** A backend that names the last part of its path. `random` gives numbers from 0 to 1. */
export function startMarkedBackend(random: () => number): Promise<TestBackend> {
  return startBackend((request, response) => {
    const [, member = '', id = ''] = (request.url ?? '').split('/')
    void answer(response, member, id, random() * FAULTS, random() * 4)
  })
}

async function answer(response: http.ServerResponse, member: string, id: string, fault: number, delayMs: number): Promise<void> {
  const isStream = member === 'stream'
  const body = isStream ? KINDS.stream(id) : JSON.stringify({ [member]: id })
  const headers = { 'Content-Type': isStream ? 'text/plain' : 'application/json', 'Cache-Control': 'max-age=1' }
  await sleep(delayMs)
  if (fault < 0.25) response.destroy()
  else if (fault < 0.5) response.writeHead(500).end(`${id} is broken`)
  else if (fault < 0.75) {
    response.writeHead(200, { ...headers, 'Content-Length': Buffer.byteLength(body) })
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  } else if (fault < 1) response.writeHead(200, { ...headers, Connection: 'close' }).end(body)
  else response.writeHead(200, headers).end(body)
}

/** The endpoints for it: merged, in sequence, from both caches, streamed. */
export function markedEndpoints(host: string): object[] {
  const call = (member: string, id = '{id}', extra: object = {}): object => ({
    host: [host],
    url_pattern: `/${member}/${id}`,
    ...extra,
  })
  const kept = { 'qos/http-cache': { shared: true } }
  return [
    { endpoint: '/merge/{id}', backend: [call('a'), call('b')] },
    {
      endpoint: '/sequence/{id}',
      backend: [call('a'), call('c', '{resp0_a}')],
      extra_config: { proxy: { sequential: true } },
    },
    { endpoint: '/cached/{id}', backend: [call('kept', '{id}', { extra_config: kept })] },
    { endpoint: '/coalesced/{id}', backend: [call('together')], extra_config: { '_gw/cache': { ttl: '1s' } } },
    { endpoint: '/stream/{id}', output_encoding: 'no-op', backend: [call('stream', '{id}', { encoding: 'no-op' })] },
  ]
}

export function makeTally(): Tally {
  return { whole: { merge: 0, sequence: 0, cached: 0, coalesced: 0, stream: 0 }, failed: 0, crossed: [] }
}

/** One client on a connection of its own that asks, again and again, as long as `goesOn` says so. */
export async function askMarked(port: number, client: number, random: () => number, tally: Tally, goesOn: () => boolean): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; goesOn(); count++) {
    const kind = KIND_NAMES[Math.floor(random() * KIND_NAMES.length)] as Kind
    // Those that are kept are asked for by several clients at a time.
    const isKept = kind === 'cached' || kind === 'coalesced'
    const id = isKept ? `kept${Math.floor(random() * CACHED_IDS)}` : `client${client}n${count}`
    const answer = await request(port, `/${kind}/${id}`, { agent }).catch(() => LOST)
    compare(kind, id, answer, tally)
  }
  agent.destroy()
}

function compare(kind: Kind, id: string, { status, body, isComplete }: Pick<Answer, 'status' | 'body' | 'isComplete'>, tally: Tally): void {
  const expected = KINDS[kind](id)
  const found = `${kind} ${id}: ${status} ${JSON.stringify(body.slice(0, 200))}`
  if (typeof expected === 'string') {
    // What was cut is a beginning; an error of the backend names its request too.
    const isOwn = status === 200 ? expected.startsWith(body) : body === '' || body === `${id} is broken`
    if (!isOwn || (isComplete && status === 200 && body !== expected)) tally.crossed.push(found)
    else if (isComplete && status === 200) tally.whole[kind]++
    else tally.failed++
    return
  }
  if (!isComplete || status !== 200) {
    if (body !== '') tally.crossed.push(found)
    tally.failed++
    return
  }
  const members = Object.entries(JSON.parse(body) as object)
  const own: Record<string, string> = expected
  if (members.some(([name, value]) => own[name] !== value)) tally.crossed.push(found)
  else if (members.length === Object.keys(own).length) tally.whole[kind]++
  else tally.failed++
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
