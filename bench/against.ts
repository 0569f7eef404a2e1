// What one row costs more than another: gateways of both run, and are asked in turn, so that a machine whose speed changes changes both.

import { type Sample, takeTurn } from './load.ts'
import type { BenchRow } from './rows.ts'
import { type Place, type StartedRow, startRow } from './started-row.ts'
import { median } from './statistics.ts'

export interface Comparison {
  readonly cpuMicros: number
  readonly baseMicros: number
  /** In the CPU time that nginx needs to proxy the small answer. */
  readonly moreUnits: number
}

const TURNS = 3
const TURN_SECONDS = 2

interface Pair {
  readonly own: number
  readonly base: number
  readonly unit: number
}

/** Medians of so many pairs of processes: two of the same build differ by a tenth, for as long as they live. `unit` measures nginx. */
export async function measureAgainst(
  row: BenchRow,
  baseRow: BenchRow,
  place: Place,
  unit: (seconds: number) => Promise<Sample>,
  pairs: number,
): Promise<Comparison> {
  const found: Pair[] = []
  for (let i = 0; i < pairs; i++) {
    const base = await startRow(baseRow, place, 'base')
    try {
      const own = await startRow(row, place, 'gateway')
      try {
        found.push(await measurePair(own, base, unit))
      } finally {
        await own.stop()
      }
    } finally {
      await base.stop()
    }
  }
  return {
    cpuMicros: median(found.map(({ own }) => own)),
    baseMicros: median(found.map(({ base }) => base)),
    moreUnits: median(found.map(({ own, base, unit: nginx }) => (own - base) / nginx)),
  }
}

/** Of all turns the least: what else a machine does only ever adds. */
async function measurePair(own: StartedRow, base: StartedRow, unit: (seconds: number) => Promise<Sample>): Promise<Pair> {
  const cost = async (load: (seconds: number) => Promise<Sample>): Promise<number> =>
    (await takeTurn(load, TURN_SECONDS)).cpuMicrosPerRequest
  const turns: Pair[] = []
  for (let i = 0; i < TURNS; i++) turns.push({ base: await cost(base.measure), unit: await cost(unit), own: await cost(own.measure) })
  const least = (of: keyof Pair): number => Math.min(...turns.map((turn) => turn[of]))
  return { own: least('own'), base: least('base'), unit: least('unit') }
}
