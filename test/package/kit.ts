// What tests of packages share: scratch folders, and programs that must succeed.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/testing/backend.ts'
import { collect } from '../../src/testing/process.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The Node.js of the tests first, and nothing of the variables of npm and of the tests: a package finds no more than its users have. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_(OPTIONS|TEST_CONTEXT)$/i.test(name))),
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
}

/** Everybody may enter it; it goes with the test. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-package-'))
  chmodSync(folder, 0o755)
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface RunInit {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
}

/** Runs a program to its end. Gives standard output; fails the test with everything that was said. */
export function succeed(program: string, args: readonly string[], { cwd, env = ENVIRONMENT, uid }: RunInit): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8', ...(uid === undefined ? {} : { uid }) })
  assert.equal(error, undefined)
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return stdout
}

/** Starts `… run -c FILE` on a free port, waits until it serves, asks it with `ask`, and ends it: its exit code must be 0. */
export async function serveOnce(
  program: string,
  args: readonly string[],
  { cwd, env = ENVIRONMENT, uid }: RunInit,
  ask: (port: number) => Promise<void> | void,
): Promise<void> {
  const port = await freePort()
  const child = spawn(program, args, {
    cwd,
    env: { ...env, KRAKEND_PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  })
  const { waitFor, output } = collect(child)
  const { promise: ended, resolve } = Promise.withResolvers<number | null>()
  child.once('close', resolve)
  try {
    await waitFor('Listening on port')
    await ask(port)
  } finally {
    // The whole group: npx stands between the test and the gateway.
    process.kill(-(child.pid as number), 'SIGTERM')
    await ended
  }
  assert.match(output(), /Router execution ended/)
}
