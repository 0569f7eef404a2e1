// `npm run test:integration`: the tests against real servers, one file after the other; says what was skipped and how to install what it lacks.
// Names of files choose some: `npm run test:integration -- test/integration/async-amqp.test.ts`.

import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { ROOT } from './tools.ts'

/** A broker that starts, ten thousand messages, two restarts. */
const FILE_TIMEOUT_MS = 600_000

const chosen = process.argv.slice(2)
const files = chosen.length > 0 ? chosen : globSync('test/integration/*.test.ts', { cwd: ROOT }).sort()
const skipped = new Map<string, string>()
let failures = 0

// One after the other: they share two cores with the servers that they start.
const stream = run({ files, cwd: ROOT, concurrency: 1, timeout: FILE_TIMEOUT_MS })
stream.on('test:pass', ({ name, skip }) => {
  if (typeof skip === 'string') skipped.set(name, skip)
})
stream.on('test:fail', () => failures++)
stream.on('end', () => {
  if (skipped.size > 0) console.log('\nskipped:')
  for (const [name, reason] of skipped) console.log(`  ${name}: ${reason}`)
  process.exitCode = failures === 0 ? 0 : 1
})
stream.compose(spec).pipe(process.stdout)
