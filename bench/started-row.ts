// The gateway of one row: started, its answer checked, warm.

import { join } from 'node:path'
import { checkAnswer, startGateway } from './gateway.ts'
import { type Asked, type Load, measure } from './load.ts'
import type { BenchRow } from './rows.ts'

export interface Place {
  readonly gatewayCore: number
  readonly loadCore: number
  /** For files of this run. */
  readonly folder: string
  readonly backendPort: number
}

export interface StartedRow {
  /** What is asked besides the URL. */
  readonly asked: Asked
  readonly measure: Load
  stop(): Promise<void>
}

/** Warm-up ends after so many requests, when the compiler has seen enough, but not after more rounds than that. */
const WARM_UP_REQUESTS = 40_000
const WARM_UP_SECONDS = 2
const WARM_UP_ROUNDS = 5

/** `name`: its folder's. Rejects when it does not answer as the row says. */
export async function startRow(row: BenchRow, { gatewayCore, loadCore, folder, backendPort }: Place, name: string): Promise<StartedRow> {
  const gateway = await startGateway(gatewayCore, join(folder, name), backendPort, row)
  const asked = askedOf(row)
  const load: Load = (seconds) => measure(loadCore, gateway.pid, `${gateway.url}${row.path}`, seconds, folder, asked)
  try {
    await checkAnswer(gateway, row, asked)
    await warmUp(load)
  } catch (error) {
    await gateway.stop()
    throw error
  }
  return { asked, measure: load, stop: () => gateway.stop() }
}

async function warmUp(load: Load): Promise<void> {
  let requests = 0
  for (let i = 0; i < WARM_UP_ROUNDS && requests < WARM_UP_REQUESTS; i++) {
    const sample = await load(WARM_UP_SECONDS)
    requests += sample.requestsPerSecond * WARM_UP_SECONDS
  }
}

function askedOf({ headers = {}, body, cycle }: BenchRow): Asked {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return { headers: { ...json, ...headers }, body, cycle: cycle && { header: cycle.header, values: cycle.values() } }
}
