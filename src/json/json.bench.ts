// What reading, cutting and writing JSON costs: `node src/json/json.bench.ts` prints times for a body of 500 bytes and one of 117 KB.

import { test } from 'node:test'
import { BIG_ITEMS, BIG_JSON, SMALL_JSON } from '../../bench/bodies.ts'
import { Data } from '../engine/data.ts'
import { decodeJsonObject } from '../engine/decode-json.ts'
import { KeyRules } from './rules.ts'
import type { RuleTree } from './rules.ts'
import { scanJson } from './scan.ts'
import { keepMembers } from './splice.ts'
import type { JsonText } from './text.ts'
import { encodeJson } from './write.ts'

const ROUNDS = 20
const ROUND_MS = 20

/** The least time of one call, in microseconds. */
function measureMicros(work: () => unknown): number {
  for (let i = 0; i < 200; i++) work()
  const start = performance.now()
  work()
  const calls = Math.ceil(ROUND_MS / Math.max(performance.now() - start, 0.0005))
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now()
    for (let i = 0; i < calls; i++) work()
    best = Math.min(best, performance.now() - before)
  }
  return (best * 1000) / calls
}

const twoFields: RuleTree = new Map(
  Array.from({ length: BIG_ITEMS }, (_none, i) => [
    `item${i}`,
    new Map([
      ['id', null],
      ['name', null],
    ]),
  ]),
)

const bodies: readonly [string, string, RuleTree][] = [
  ['500 B', SMALL_JSON, new Map([['id', null]])],
  ['117 KB', BIG_JSON, twoFields],
]

for (const [size, body, tree] of bodies) {
  void test(size, (t) => {
    const bytes = Buffer.from(body)
    const read = (): Data => decodeJsonObject(bytes) as Data
    const rules = new KeyRules(tree)
    const { text, object } = read()
    const rows: readonly [string, () => unknown][] = [
      ['JSON.parse of the bytes, for comparison', () => JSON.parse(bytes.toString('utf8'))],
      ['scan', () => scanJson(bytes)],
      ['untouched', () => read().encoded()],
      ['grouped', () => read().grouped('g').encoded()],
      ['three merged, two of them grouped', () => Data.merge([read(), read().grouped('b'), read().grouped('c')]).encoded()],
      ['allow list, without reading', () => keepMembers(text as JsonText, rules)],
      ['decoded', () => read().object],
      ['encoded again', () => encodeJson(object)],
    ]
    for (const [name, work] of rows) t.diagnostic(`${measureMicros(work).toFixed(2).padStart(9)} µs  ${name}`)
  })
}
