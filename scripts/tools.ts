// What the scripts share: the project's folder, and how its development tools are run.

import { spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const BIN = join(ROOT, 'node_modules', '.bin')
/** What Node.js makes of the sources, kept where `bin/krakend` keeps it: a test file and each gateway it starts would make it again. */
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'krakend')

/** Runs a tool of node_modules with its output on ours, and this Node.js first on its PATH. Gives whether it succeeded. */
export function runTool(name: string, args: readonly string[]): boolean {
  const isWindows = process.platform === 'win32'
  return run(join(BIN, isWindows ? `${name}.cmd` : name), args, isWindows)
}

/** The same with this Node.js itself. */
export function runNode(args: readonly string[]): boolean {
  return run(process.execPath, args, false)
}

/** The same beside others that run. */
export async function startNode(args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, settings(false))
  const [status] = (await once(child, 'close')) as [number | null]
  return status === 0
}

function run(program: string, args: readonly string[], shell: boolean): boolean {
  const { status, error } = spawnSync(program, args, settings(shell))
  if (error !== undefined) console.error(error.message)
  return status === 0
}

function settings(shell: boolean) {
  const PATH = [dirname(process.execPath), BIN, process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE }
  return { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env, shell } as const satisfies SpawnSyncOptions
}
