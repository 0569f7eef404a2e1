// Tasks in a thread of their own: their answer, their error, what they leave behind, and those that never end.

import assert from 'node:assert/strict'
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runInThread, TaskLost } from './task-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'task-thread-'))

function programOf(name: string, source: string): URL {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, source)
  return pathToFileURL(file)
}

/** In a process of its own, which prints the answer. */
function runInProcess(program: URL): SpawnSyncReturns<string> {
  const source = `import { runInThread } from ${JSON.stringify(new URL('./task-thread.ts', import.meta.url).href)}
    console.log(await runInThread(new URL(${JSON.stringify(program.href)}), null, { imports: [], silentMs: 60_000 }))`
  return spawnSync(process.execPath, [fileURLToPath(programOf('asks', source))], { encoding: 'utf8' })
}

const ECHO = `export async function runTask(task, tell) { tell('begins'); return { got: task, seen: globalThis.seen ?? null } }`
const LONG = { imports: [], silentMs: 60_000 }

describe('tasks in a thread', () => {
  after(() => rmSync(folder, { recursive: true }))

  test('gives what the task returns, and knows what was imported first', async () => {
    const program = programOf('echo', ECHO)
    const first = programOf('first', 'globalThis.seen = 1')
    const task = { map: new Map([['a', [1n]]]) }
    assert.deepEqual(await runInThread(program, task, LONG), { got: task, seen: null })
    assert.deepEqual(await runInThread(program, task, { ...LONG, imports: [first.href] }), { got: task, seen: 1 })
  })

  test('every task begins anew: the module of the last one is gone', async () => {
    const program = programOf('count', 'let runs = 0; export const runTask = () => ++runs')
    assert.equal(await runInThread(program, null, LONG), 1)
    assert.equal(await runInThread(program, null, LONG), 1)
  })

  test('rejects with what the task throws, and with what keeps it from beginning', async () => {
    await assert.rejects(runInThread(programOf('throws', `export const runTask = () => { throw new TypeError('no') }`), null, LONG), {
      name: 'TypeError',
      message: 'no',
    })
    await assert.rejects(runInThread(programOf('function', 'export const runTask = () => () => {}'), null, LONG), {
      name: 'DataCloneError',
    })
    await assert.rejects(runInThread(programOf('none', ECHO), null, { ...LONG, imports: ['./not-there.mjs'] }), /not-there\.mjs/)
  })

  test('one that blocks its thread is cut off, and the error names what it did last', async () => {
    const program = programOf('loop', `export function runTask(task, tell) { tell('plugins/a.ts'); for (;;); }`)
    await assert.rejects(runInThread(program, null, { imports: [], silentMs: 1500 }), (error) => {
      assert.ok(error instanceof TaskLost)
      assert.equal(error.last, 'plugins/a.ts')
      return /blocked: nothing has happened for 1.5 s/.test(error.message)
    })
  })

  test('one that ends the process ends its thread', async () => {
    const program = programOf('exit', `export function runTask(task, tell) { tell('plugins/b.ts'); process.exit(3) }`)
    await assert.rejects(runInThread(program, null, LONG), { name: 'TaskLost', last: 'plugins/b.ts', message: /exit code 3/ })
  })

  test('what it prints is there before its answer', () => {
    const program = programOf('prints', `export function runTask() { for (let i = 0; i < 3; i++) console.log(i); return 'fine' }`)
    const { stdout } = runInProcess(program)
    assert.equal(stdout, '0\n1\n2\nfine\n')
  })

  test('what nobody waits for is told on standard error, timers hold nothing up', () => {
    const program = programOf(
      'stray',
      `setInterval(() => {}, 1000); export async function runTask() {
       Promise.reject(new Error('stray')); await new Promise(setImmediate); return 'fine' }`,
    )
    const { stdout, stderr, status } = runInProcess(program)
    assert.equal(stdout, 'fine\n')
    assert.match(stderr, /^krakend: nobody waited for: Error: stray \(.*stray\.mjs:2:\d+\)\n$/)
    assert.equal(status, 0)
  })
})
