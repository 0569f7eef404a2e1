// docs/cli.md shows what the program answers: every command of the page is run. `UPDATE_DOCS=1` writes what it answers into the page.

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { krakend } from '../src/cli/test-commands.ts'
import { startBackend, type TestBackend } from './kit.ts'
import { wordsOf } from './page-lines.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGE = join(ROOT, 'docs/cli.md')
const EXAMPLE = /^```console\n\$ (krakend|cat) (.*)\n([^]*?)^```$/gm
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:10'

/** The files as they are, and with hosts that can be reached. */
let folder = ''
let live = ''
let users: TestBackend

function reachable(content: string): string {
  return content.replaceAll(/http:\/\/users:8080/g, users.url).replaceAll(/http:\/\/orders:8080/g, NOBODY)
}

/** As the page has it: names instead of addresses, no times. */
function readable(output: string): string {
  return output
    .replaceAll(users.url, 'http://users:8080')
    .replaceAll(NOBODY, 'http://orders:8080')
    .replaceAll(/dial tcp 127\.0\.0\.1:10:/g, 'dial tcp 10.0.0.7:8080:')
}

/** What differs from run to run: times, and the order in which two backends answer. */
function comparable(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.replaceAll(/\d+(?:\.\d+)? ms/g, 'T').trim())
    .filter((line) => line !== '')
    .sort()
}

async function answerOf(program: string, line: string): Promise<string> {
  const args = wordsOf(line)
  const cwd = args[0] === 'try' ? live : folder
  if (program === 'cat') return readable(readFileSync(join(folder, args[0] as string), 'utf8'))
  const { stdout, stderr } = await krakend(cwd, ...args)
  return readable(stderr + stdout)
}

describe('docs/cli.md', () => {
  before(async () => {
    users = await startBackend((_request, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end('{"id":7,"name":"Ada","password":"x"}')
    })
    folder = mkdtempSync(join(tmpdir(), 'cli-page-'))
    live = mkdtempSync(join(tmpdir(), 'cli-page-'))
    for (const target of [folder, live]) cpSync(join(ROOT, 'examples/cli'), target, { recursive: true })
    for (const file of readdirSync(live)) writeFileSync(join(live, file), reachable(readFileSync(join(live, file), 'utf8')))
  })
  after(async () => {
    await users.close()
    for (const made of [folder, live]) rmSync(made, { recursive: true })
  })

  test('every output of the page is that of the program', async () => {
    let page = readFileSync(PAGE, 'utf8')
    const examples = [...page.matchAll(EXAMPLE)]
    assert.ok(examples.length >= 8, String(examples.length))
    for (const [whole, program = '', line = '', shown = ''] of examples) {
      const answer = await answerOf(program, line)
      const ended = answer.endsWith('\n') || answer === '' ? answer : `${answer}\n`
      if (process.env['UPDATE_DOCS'] === '1') page = page.replace(whole, () => `\`\`\`console\n$ ${program} ${line}\n${ended}\`\`\``)
      else assert.deepEqual(comparable(shown), comparable(ended), `${program} ${line}`)
    }
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page)
  })
})
