// `npm run vectors -- FOLDER`: recorded programs of embedded languages against ours. Prints what differs, by group.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './tools.ts'

/** How one recorded program went: `ok` result and stage, `textOk` also the words of its error. */
export interface VectorResult {
  readonly id: string
  readonly group: string
  readonly ok: boolean
  readonly textOk: boolean
  /** What was expected and what came, where something differs. */
  readonly note: string
}

export type Evaluator = (lines: readonly string[]) => readonly VectorResult[] | Promise<readonly VectorResult[]>

/** Who evaluates a file of vectors. */
export const EVALUATORS: Readonly<Record<string, () => Promise<{ readonly run: Evaluator }>>> = {
  'templates.jsonl': () => import('./vectors/templates.ts'),
  'cel.jsonl': () => import('./vectors/cel.ts'),
  'lua.jsonl': () => import('./vectors/lua.ts'),
}

/** Recordings that are not followed, by id, each with its reason. */
export const NOT_FOLLOWED: Readonly<Record<string, string>> = {
  'coroutines-023': 'a yield inside gsub is an error that resume returns, as in Lua 5.1; gopher-lua ends the whole script',
  'errors-070': 'debug.getlocal finds nothing (README of src/lua)',
}

export const DEFAULT_FOLDER = join(ROOT, '..', 'shared', 'vectors')

/** The lines of a file; null when it is not there. */
export function readVectors(folder: string, name: string): string[] | null {
  const file = join(folder, name)
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : null
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true })
  const folder = positionals[0] ?? DEFAULT_FOLDER
  let [passed, failed, texts, known] = [0, 0, 0, 0]
  for (const [file, load] of Object.entries(EVALUATORS)) {
    const lines = readVectors(folder, file)
    if (lines === null) continue
    const results = await (await load()).run(lines)
    for (const { id, group, ok, textOk, note } of results) {
      if (!ok) console.log(`${file} ${group} ${id}: ${NOT_FOLLOWED[id] ?? note}`)
      else if (!textOk) console.log(`${file} ${group} ${id} (text only): ${note}`)
    }
    passed += results.filter(({ ok }) => ok).length
    failed += results.filter(({ ok, id }) => !ok && !(id in NOT_FOLLOWED)).length
    known += results.filter(({ ok, id }) => !ok && id in NOT_FOLLOWED).length
    texts += results.filter(({ ok, textOk }) => ok && !textOk).length
  }
  if (passed + failed === 0) console.log(`no recorded programs in ${folder}`)
  console.log(`${texts} passed with other words`)
  if (known > 0) console.log(`${known} not followed, with a reason`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}
