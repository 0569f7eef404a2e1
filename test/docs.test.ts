// The pages in step with the code: every error code is listed, every link leads somewhere.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'src/**/*.md']

test('docs/errors.md lists the error codes of the source, and no others', () => {
  const listed = codesIn(read('docs/errors.md'))
  const used = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['**/*.test.ts', '**/*.bench.ts'] }).flatMap((file) => codesIn(read(file)))
  assert.deepEqual(listed.toSorted(), distinct(used))
})

test('docs/errors.md explains the codes of findings, and no others', () => {
  const listed = [...read('docs/errors.md').matchAll(/^\| `([a-z][a-z0-9-]+)` \|/gm)].map(([, code]) => code as string)
  const used = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['**/*.test.ts', '**/*.bench.ts'] }).flatMap((file) => findingsIn(read(file)))
  assert.deepEqual(listed.toSorted(), distinct(used))
})

test('links between pages lead somewhere', () => {
  const broken = globSync(PAGES, { cwd: ROOT }).flatMap((page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target]) => target as string)
    return links.filter((target) => !existsSync(join(ROOT, dirname(page), target))).map((target) => `${page}: ${target}`)
  })
  assert.deepEqual(broken, [])
})

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Codes of Node.js are only compared with: they are no `code:` of ours. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/(?:code: '|^\| `)(ERR_[A-Z_]+)['`]/gm)].map(([, code]) => code as string)
}

/** Codes of issues are written where the issue is made. */
function findingsIn(text: string): string[] {
  const made =
    /(?:warningIssue|errorIssue)\)?\(\s*'([a-z0-9-]+)'|(?:certainIssue|reportInvalid)\(\s*'?\w+'?,\s*'([a-z0-9-]+)'|(?:code: |problemOf\(\s*|^const CODE = )'([a-z][a-z0-9-]+)'/gm
  return [...text.matchAll(made)].map(([, plain, certain, literal]) => plain ?? certain ?? (literal as string))
}

function distinct(list: readonly string[]): string[] {
  return [...new Set(list)].sort()
}
