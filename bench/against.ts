// What one row costs more than another: gateways of both run, and are asked in turn, so that a machine whose speed changes changes both.

import { compare, type Load } from './load.ts'
import type { BenchRow } from './rows.ts'
import { type Place, startRow } from './started-row.ts'
import { median } from './statistics.ts'

export interface Comparison {
  readonly cpuMicros: number
  readonly baseMicros: number
  /** In the CPU time that nginx needs to proxy the small answer. */
  readonly moreUnits: number
}

interface Pair {
  readonly own: number
  readonly base: number
  readonly unit: number
}

/** Medians of so many pairs of processes: two of the same build differ by a tenth, for as long as they live. `unit` measures nginx. */
export async function measureAgainst(row: BenchRow, baseRow: BenchRow, place: Place, unit: Load, pairs: number): Promise<Comparison> {
  const found: Pair[] = []
  for (let i = 0; i < pairs; i++) {
    const base = await startRow(baseRow, place, 'base')
    try {
      const own = await startRow(row, place, 'gateway')
      try {
        const [baseMicros, unitMicros, ownMicros] = (await compare([base.measure, unit, own.measure])) as [number, number, number]
        found.push({ own: ownMicros, base: baseMicros, unit: unitMicros })
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
