// What one row costs more than another: both gateways run, and are asked in turn for a second each, so that a machine whose speed changes
// changes both.

import type { Sample } from './load.ts'
import type { BenchRow } from './rows.ts'
import { type Place, type StartedRow, startRow } from './started-row.ts'

export interface Comparison {
  readonly cpuMicros: number
  readonly baseMicros: number
  /** In the CPU time that nginx needs to proxy the small answer. */
  readonly moreUnits: number
}

const SLICE_SECONDS = 1

/** Of so many slices of each, the least: what else a machine does only ever adds. `unit` measures nginx. */
export async function measureAgainst(
  row: BenchRow,
  base: StartedRow,
  place: Place,
  unit: (seconds: number) => Promise<Sample>,
  slices: number,
): Promise<Comparison> {
  const own = await startRow(row, place, 'gateway')
  const found: [base: number, unit: number, own: number][] = []
  try {
    for (let i = 0; i < slices; i++) {
      const samples = [await base.measure(SLICE_SECONDS), await unit(SLICE_SECONDS), await own.measure(SLICE_SECONDS)] as const
      found.push(samples.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest) as [number, number, number])
    }
  } finally {
    await own.stop()
  }
  const least = (of: 0 | 1 | 2): number => Math.min(...found.map((slice) => slice[of]))
  const [baseMicros, unitMicros, cpuMicros] = [least(0), least(1), least(2)]
  return { cpuMicros, baseMicros, moreUnits: (cpuMicros - baseMicros) / unitMicros }
}
