// What a script costs by itself, without sockets: `node src/components/modifier/lua/script-cost.bench.ts` tells microseconds of the processor.

import { test } from 'node:test'
import { SMALL_JSON } from '../../../../bench/bodies.ts'
import { Data } from '../../../engine/data.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Pipe } from '../../../engine/types.ts'
import { decodeJsonObject } from '../../../engine/decode-json.ts'
import { buildFor, makeRequest, makeResponse, makeSite } from '../../../testing/index.ts'
import { proxyLua } from './index.ts'
import { rows } from './lua.bench.ts'

const ROUNDS = 15
const CALLS = 4000
/** A goal, not a limit: pre and post of five calls each. */
const GOAL_MICROS = 20

const body = Buffer.from(SMALL_JSON)
const answering: Pipe = () => Promise.resolve(makeResponse({ data: decodeJsonObject(body) ?? Data.EMPTY }))

async function measureMicros(pipe: Pipe): Promise<number> {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < CALLS; i++) {
      const scope = Scope.root()
      const { data } = await pipe(makeRequest({ params: new Map([['Id', '7']]) }), scope)
      data?.encoded()
      scope.close()
    }
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  return best / CALLS
}

const [{ endpoints }] = rows as [(typeof rows)[0]]
const block = (endpoints[0] as { extra_config: Record<string, unknown> }).extra_config['modifier/lua-proxy']
void test('a script around a pipe', async (t) => {
  const without = await measureMicros(answering)
  for (const [name, script] of [
    ['pre and post of five calls each', block],
    ['empty pre', { pre: 'local a' }],
    ['the same, waiting', { ...(block as object), sources: [], pre: `${(block as { pre: string }).pre} local h = http_response` }],
  ] as const) {
    const layer = buildFor(proxyLua, script, makeSite())
    if (layer === null) throw new Error('there is no script')
    const micros = (await measureMicros(layer(answering))) - without
    t.diagnostic(`${name}: ${micros.toFixed(1)} µs (goal for pre and post: ${GOAL_MICROS} µs)`)
  }
})
