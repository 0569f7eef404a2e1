// Recorded behaviour against ours: `npm run vectors -- [FOLDER]` runs every FILE.jsonl of the folder that has an evaluator here.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Outcome {
  readonly id: string
  readonly group: string
  readonly ok: boolean
  /** Whether the text of an error is the same too. */
  readonly textOk: boolean
  readonly note: string
}

interface Evaluator {
  run(lines: readonly string[]): Outcome[] | Promise<Outcome[]>
}

const EVALUATORS: Readonly<Record<string, () => Promise<Evaluator>>> = {
  'lua.jsonl': () => import('./vectors/lua.ts'),
}

async function main(folder: string, isVerbose: boolean): Promise<void> {
  let passed = 0
  let failed = 0
  for (const [file, load] of Object.entries(EVALUATORS)) {
    const path = join(folder, file)
    if (!existsSync(path)) {
      console.log(`${path} is not there: skipped`)
      continue
    }
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
    const outcomes = await (await load()).run(lines)
    for (const [group, all] of Object.entries(Object.groupBy(outcomes, ({ group }) => group))) {
      const wrong = (all ?? []).filter(({ ok }) => !ok)
      const texts = (all ?? []).filter(({ ok, textOk }) => ok && !textOk)
      passed += (all?.length ?? 0) - wrong.length
      failed += wrong.length
      if (wrong.length + texts.length > 0)
        console.log(`${file} ${group}: ${wrong.length} of ${all?.length} wrong, ${texts.length} other error texts`)
      for (const { id, note, ok } of isVerbose ? [...wrong, ...texts] : wrong) console.log(`  ${ok ? 'text ' : ''}${id}: ${note}`)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
}

if (import.meta.main) {
  const folder = process.argv.slice(2).find((arg) => !arg.startsWith('-'))
  await main(folder ?? '../shared/vectors', process.argv.includes('--verbose'))
}
