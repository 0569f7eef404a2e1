// `npm run lua-programs -- FOLDER`: the test programs of gopher-lua against src/lua. FOLDER is a copy of its repository, which this one does not hold.
// A program passes when it comes to its end: it asserts what it promises itself.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compile } from '../src/lua/compile.ts'
import { BARE_HOST, type Host } from '../src/lua/host.ts'
import { LuaState } from '../src/lua/state.ts'

/** Those that gopher-lua runs itself (script_test.go), by folder: its own, and Lua's. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  '_glua-tests': 'base coroutine db issues os table vm math strings goto'.split(' '),
  '_lua5.1-tests': 'attrib calls closure constructs events literals locals math sort strings vararg pm files'.split(' '),
}
const TIME_MS = 60_000

const { positionals } = parseArgs({ allowPositionals: true })
const root = positionals[0] === undefined ? null : resolve(positionals[0])
if (root === null || !existsSync(root)) {
  console.error('usage: npm run lua-programs -- FOLDER (git clone https://github.com/yuin/gopher-lua FOLDER)')
  process.exit(2)
}

let [passed, failed] = [0, 0]
for (const [folder, names] of Object.entries(PROGRAMS)) {
  // They read and write files beside themselves.
  process.chdir(join(root, folder))
  for (const name of names) {
    const failure = failureOf(`${name}.lua`)
    if (failure === null) passed++
    else failed++
    console.log(`${folder}/${name}.lua: ${failure ?? 'passed'}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)

/** The first line of what is wrong; null for a program that comes to its end. */
function failureOf(file: string): string | null {
  const end = performance.now() + TIME_MS
  const host: Host = { ...BARE_HOST, write() {}, getEnvironment: (name) => process.env[name], setEnvironment, execute }
  try {
    // One character per byte, and no line that is for the shell.
    const source = readFileSync(file, 'latin1').replace(/^#[^\n]*/, '')
    new LuaState({ openLibs: true, budget: { isOver: () => performance.now() > end }, host }).run(compile(source, file))
    return null
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string
  }
}

function setEnvironment(name: string, value: string): void {
  process.env[name] = value
}

function execute(command: string, { input }: { readonly input?: Uint8Array }): { status: number; output: string } {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', command], { encoding: 'latin1', ...(input === undefined ? {} : { input }) })
  return { status: status ?? 1, output: stdout }
}
