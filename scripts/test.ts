// `npm test`: format, lint, types, docs and tests, each run to its end, and one summary.
// `npm test -- --only types,tests`; whatever follows names test files: `npm test -- --only tests src/engine/scope.test.ts`.

import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { ROOT, runNode, runTool, startNode } from './tools.ts'

/**
 * perf: test files that start nothing share a process: they take half the time. What starts gateways, threads and commands has a
 * process for each file. Those against real servers, and those of packages, have commands of their own.
 */
const APART = 'src/{cli,runtime}/**/*.test.ts'
const TOGETHER = globSync('src/**/*.test.ts', { cwd: ROOT, exclude: [APART] })
const OTHERS = [APART, 'test/*.test.ts', 'test/!(integration|package)/**/*.test.ts', 'examples/**/*.test.ts']
/** Examples name the package as its users do; in a clone that is its sources. */
const CONDITION = '--conditions=krakend-source'
/** perf: what has been checked and did not change since. */
const TYPES_SEEN = 'node_modules/.cache/types.tsbuildinfo'
const TEST_TIMEOUT_MS = 120_000

const { values, positionals: files } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true })

const parts: readonly { readonly name: string; readonly run: () => boolean | Promise<boolean> }[] = [
  { name: 'format', run: () => runTool('oxfmt', ['--check', '.']) },
  { name: 'lint', run: () => runTool('oxlint', ['--type-aware']) },
  { name: 'types', run: () => runTool('tsc', ['-p', '.', '--incremental', '--tsBuildInfoFile', TYPES_SEEN]) },
  { name: 'docs', run: () => runNode(['scripts/docs.ts', '--check']) },
  { name: 'tests', run: runTests },
]

process.exitCode = (await runParts(chooseParts(values.only))) ? 0 : 1

async function runTests(): Promise<boolean> {
  const cores = availableParallelism()
  // A test that hangs is a failed test.
  const options = [CONDITION, '--test', '--test-reporter=dot', `--test-timeout=${TEST_TIMEOUT_MS}`]
  if (files.length > 0) return runNode([...options, `--test-concurrency=${cores}`, ...files])
  // Those that start something wait for it, and for clocks, half of their time: some more of them than there are cores keep all cores busy.
  const count = Math.ceil(cores / 2)
  const shards = Array.from({ length: count }, (_, index) => ['--test-isolation=none', `--test-shard=${index + 1}/${count}`, ...TOGETHER])
  const runs = [...shards, [`--test-concurrency=${cores + 1}`, ...OTHERS]]
  return (await Promise.all(runs.map((args) => startNode([...options, ...args])))).every(Boolean)
}

function chooseParts(only: string | undefined): typeof parts {
  if (only === undefined) return parts
  const wanted = only.split(',')
  const unknown = wanted.filter((name) => !parts.some((part) => part.name === name))
  if (unknown.length > 0) {
    console.error(`--only ${unknown.join(',')}: the parts are ${parts.map((part) => part.name).join(', ')}`)
    process.exit(1)
  }
  return parts.filter((part) => wanted.includes(part.name))
}

async function runParts(chosen: typeof parts): Promise<boolean> {
  const lines: string[] = []
  let isGood = true
  for (const part of chosen) {
    console.log(`── ${part.name} ──`)
    const start = performance.now()
    const passed = await part.run()
    isGood &&= passed
    lines.push(`  ${passed ? 'ok    ' : 'FAILED'} ${part.name.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
  console.log(`\n${lines.join('\n')}\n\n${isGood ? 'All good.' : 'Something failed: see above.'}`)
  return isGood
}
