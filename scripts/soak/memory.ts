// How much memory the gateway has of the system under a steady load: 64 connections that pause between requests ask some 10,000 times a second.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure } from '../../bench/load.ts'
import { startBackend } from '../../bench/nginx.ts'
import { watchResidentMiB } from '../../bench/processes.ts'
import { type Figure, missingPrograms, unless } from './figure.ts'
import { startBuilt } from './gateway.ts'

const LOAD_CORE = 1
const PART_S = 20
const MAX_MIB = 130
const PACED = { headers: {}, pauseMs: 4 }

export const memoryUnderLoad: Figure = {
  name: 'memory-under-load',
  what: 'a minute of some 10,000 requests/s (needs nginx and wrk): two backends merged, three fields of one, two grouped',
  goal: `< ${MAX_MIB} MiB`,
  async measure({ workers }) {
    const missing = missingPrograms(['nginx', 'wrk', 'taskset'])
    if (missing.length > 0) return { text: 'nothing', faults: missing }
    const folder = mkdtempSync(join(tmpdir(), 'krakend-soak-'))
    const nginx = await startBackend(LOAD_CORE, folder)
    const backend = { host: [`http://127.0.0.1:${nginx.port}`], url_pattern: '/small.json' }
    const endpoints = [
      { endpoint: '/merged', backend: [backend, { ...backend, deny: ['owner'] }] },
      { endpoint: '/filtered', backend: [{ ...backend, allow: ['id', 'name', 'price'], mapping: { name: 'title' } }] },
      {
        endpoint: '/grouped',
        backend: [
          { ...backend, group: 'a' },
          { ...backend, group: 'b' },
        ],
      },
    ]
    const gateway = await startBuilt({ endpoints }, workers)
    const pid = gateway.child.pid as number
    const mostMiB = watchResidentMiB(pid)
    const rates: number[] = []
    for (const { endpoint } of endpoints)
      rates.push((await measure(LOAD_CORE, pid, `${gateway.url}${endpoint}`, PART_S, folder, PACED)).requestsPerSecond)
    const most = mostMiB()
    await gateway.stop()
    await nginx.stop()
    rmSync(folder, { recursive: true })
    return {
      text: `at most ${most.toFixed(0)} MiB at ${rates.map((rate) => Math.round(rate).toLocaleString('en')).join(', ')} requests a second`,
      faults: unless(most < MAX_MIB, 'too much memory'),
    }
  },
}
