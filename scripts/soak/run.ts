// `npm run soak`: what docs/reliability.md promises, measured again; ends with 1 when a goal is missed. Linux only.
// `--seconds N` (1800): how long mixed load and the load under reloads go on; what has a length of its own keeps it. `--workers N` (1).
// `--only NAME,NAME`: these figures.

import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT, runNode } from '../tools.ts'
import { closingBackend, neighbours, shedding } from './backends.ts'
import { reloading, reloadMemory, stopping } from './changes.ts'
import { bigStreams, idleClients, slowHeaders } from './clients.ts'
import type { Figure } from './figure.ts'
import { memoryUnderLoad } from './memory.ts'
import { mixed } from './mixed.ts'
import { sharedLimit, spread, workerCost, workerDeath } from './workers.ts'

const MAX_RELOADING_S = 60

const figures: readonly Figure[] = [
  reloading,
  stopping,
  closingBackend,
  neighbours,
  shedding,
  memoryUnderLoad,
  idleClients,
  slowHeaders,
  bigStreams,
  workerCost,
  spread,
  sharedLimit,
  workerDeath,
  reloadMemory,
  mixed,
]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1800' },
    workers: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
const seconds = Number(values.seconds)
const wanted = values.only === '' ? figures : figures.filter(({ name }) => values.only.split(',').includes(name))
if (!(seconds >= 10) || wanted.length === 0) {
  console.error(`usage: npm run soak -- [--seconds N] [--workers N] [--only NAME,…]    N seconds: 10 or more; names:
${figures.map(({ name, what }) => `  ${name.padEnd(16)} ${what}`).join('\n')}`)
  process.exit(1)
}

if (!runNode([join(ROOT, 'scripts/build.ts')])) process.exit(1)
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, load average ${(loadavg()[0] ?? 0).toFixed(1)}\n`)
for (const figure of wanted) {
  // What a minute of reloads does not show, an hour does not either: the mixed load has reloads all the time.
  const length = figure === reloading ? Math.min(seconds, MAX_RELOADING_S) : seconds
  const { text, faults } = await figure.measure({ seconds: length, workers: values.workers })
  console.log(`${faults.length === 0 ? 'ok    ' : 'MISSED'} ${figure.name}: ${figure.what}
       goal      ${figure.goal}
       measured  ${text}${[...new Set(faults)].map((fault) => `\n       fault     ${fault}`).join('')}`)
  if (faults.length > 0) process.exitCode = 1
}
