// `npm test`: format, lint, types, docs and tests, each run to its end, and one summary.
// `npm test -- --only types,tests`; whatever follows names test files: `npm test -- --only tests src/engine/scope.test.ts`.

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runNode, runTool } from './tools.ts'

/** Those against real servers, and those of packages, have commands of their own. */
const TEST_FILES = ['src/**/*.test.ts', 'test/*.test.ts', 'test/!(integration|package)/**/*.test.ts', 'examples/**/*.test.ts']
/** Examples name the package as its users do; in a clone that is its sources. */
const CONDITION = '--conditions=krakend-source'
const TEST_TIMEOUT_MS = 120_000

const { values, positionals: files } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true })

const parts: readonly { readonly name: string; readonly run: () => boolean }[] = [
  { name: 'format', run: () => runTool('oxfmt', ['--check', '.']) },
  { name: 'lint', run: () => runTool('oxlint', ['--type-aware']) },
  { name: 'types', run: () => runTool('tsc', ['-p', '.']) },
  { name: 'docs', run: () => runNode(['scripts/docs.ts', '--check']) },
  { name: 'tests', run: () => runNode(testArguments()) },
]

process.exitCode = runParts(chooseParts(values.only)) ? 0 : 1

function testArguments(): string[] {
  // A test that hangs is a failed test.
  return [
    CONDITION,
    '--test',
    '--test-reporter=dot',
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--test-concurrency=${availableParallelism()}`,
    ...(files.length > 0 ? files : TEST_FILES),
  ]
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

function runParts(chosen: typeof parts): boolean {
  const lines: string[] = []
  let isGood = true
  for (const part of chosen) {
    console.log(`── ${part.name} ──`)
    const start = performance.now()
    const passed = part.run()
    isGood &&= passed
    lines.push(`  ${passed ? 'ok    ' : 'FAILED'} ${part.name.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
  console.log(`\n${lines.join('\n')}\n\n${isGood ? 'All good.' : 'Something failed: see above.'}`)
  return isGood
}
