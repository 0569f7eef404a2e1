// `npm run docs`: the parts of the documentation that are made from the code. With `--check` it writes nothing and fails when something is out of date.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { editorSchema } from './docs/editor-schema.ts'
import { collectNamespaces } from './docs/namespaces.ts'
import { optionsTable } from './docs/options-table.ts'
import { fillTables, labelsIn, summaryOf } from './docs/readme.ts'
import { referencePage } from './docs/reference-page.ts'
import type { Readme } from './docs/reference-page.ts'
import { ROOT } from './tools.ts'

const PAGES = ['src/components/**/README.md', 'docs/components/*.md']
const TEMPLATE = 'src/components/_template/README.md'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const entries = await collectNamespaces()
const tables = new Map(entries.map(({ label, options }) => [label, optionsTable(options)]))
const pages = globSync(PAGES, { cwd: ROOT })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path !== TEMPLATE)
  .sort()
  .map((path): Readme => ({ path, text: fillTables(readText(path), tables) }))
const problems = [...findUnknownLabels(), ...findMissingLabels()]

if (problems.length === 0) {
  for (const { path, text } of pages) put(path, text, readText(path))
  put('docs/reference.md', referencePage(entries, pagesByLabel()), readText('docs/reference.md'))
  putJson(
    'docs/schema/krakend-ts.json',
    editorSchema(entries, ({ label }) => summaryOf(pagesByLabel().get(label)?.text ?? '')),
  )
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function readText(path: string): string {
  const file = join(ROOT, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function pagesByLabel(): Map<string, Readme> {
  return new Map(pages.flatMap((page) => labelsIn(page.text).map((label) => [label, page] as const)))
}

function findUnknownLabels(): string[] {
  return pages.flatMap(({ path, text }) =>
    labelsIn(text)
      .filter((label) => !tables.has(label))
      .map((label) => `${path}: there are no options of "${label}"`),
  )
}

function findMissingLabels(): string[] {
  const known = pagesByLabel()
  return [...tables.keys()]
    .filter((label) => !known.has(label))
    .map((label) => `no page has the options of "${label}": write <!-- options: ${label} --> and <!-- /options --> on lines of their own`)
}

function put(path: string, text: string, before: string): void {
  if (text === before) return
  if (values.check) problems.push(`${path} is out of date: npm run docs`)
  else writeFileSync(join(ROOT, path), text)
}

/** The formatter has a word in how JSON looks, so only its meaning counts. */
function putJson(path: string, value: unknown): void {
  const before = readText(path)
  const isSame = before !== '' && JSON.stringify(JSON.parse(before)) === JSON.stringify(value)
  if (!isSame) put(path, `${JSON.stringify(value, null, 2)}\n`, before)
}
