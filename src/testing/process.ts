// The gateway as a child process: the command with a configuration file of its own, or any program of it with a given one.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { getTestContext, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from './backend.ts'

/** The gateway of this clone. */
export const COMMAND = fileURLToPath(new URL('../../bin/krakend', import.meta.url))

export interface RunningCommand {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
  /** The configuration file. */
  readonly file: string
  /** Standard output and standard error so far. */
  output(): string
  /** Resolves when the text has come after the last one that was waited for; rejects when the process ends without it. */
  waitFor(text: string): Promise<void>
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | string>
  rewrite(config: object): void
  /** A file of its working directory; with content it is written, with null removed. */
  write(name: string, content: string | null): void
}

export interface CommandOptions {
  readonly args?: readonly string[]
  readonly port?: number
  /** Options for Node.js itself. */
  readonly nodeOptions?: string
  /** Contents by name: what else is in its folder. */
  readonly files?: Readonly<Record<string, string>>
  /** Variables beside this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** The gateway, or a program and its arguments that end up as one; `COMMAND` by default. */
  readonly command?: readonly string[]
}

/** Starts `krakend run` with a configuration in a folder of its own, which is its working directory. */
export async function runCommand(
  config: object,
  { args = [], port, nodeOptions = '', files = {}, env: variables = {}, command = [COMMAND] }: CommandOptions = {},
): Promise<RunningCommand> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'krakend-run-')))
  const write = (name: string, content: string | null): void => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (content === null) rmSync(path)
    else writeFileSync(path, content)
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  const file = join(folder, 'krakend.json')
  const ownPort = port ?? (await freePort())
  const rewrite = (next: object): void => writeFileSync(file, JSON.stringify({ version: 3, port: ownPort, ...next }))
  rewrite(config)
  const env = { ...process.env, NODE_OPTIONS: nodeOptions, ...variables }
  const [program = COMMAND, ...rest] = command
  const child = spawn(program, [...rest, 'run', '-c', file, ...args], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  endWithTest(child)
  const { output, waitFor } = collect(child)
  const exited = once(child, 'close').then(([code, signal]) => {
    rmSync(folder, { recursive: true })
    return (code ?? signal) as number | string
  })
  function stop(): Promise<number | string> {
    child.kill('SIGTERM')
    return exited
  }
  return { child, port: ownPort, url: `http://127.0.0.1:${ownPort}`, file, output, waitFor, exited, stop, rewrite, write }
}

/** The same, and waits until it listens. */
export async function startCommand(config: object, options: CommandOptions = {}): Promise<RunningCommand> {
  const command = await runCommand(config, options)
  await command.waitFor('Listening on port')
  return command
}

/** A test that fails before it stops its process says so, instead of waiting for the process with all the tests after it. */
export function endWithTest(child: ChildProcess): void {
  const test = getTestContext() as TestContext | undefined
  test?.after(() => {
    child.kill('SIGKILL')
  })
}

/** What a process says, and when. */
export function collect(child: ChildProcess): Pick<RunningCommand, 'output' | 'waitFor'> {
  let text = ''
  let seen = 0
  let check = (): void => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      check()
    })
  }
  function waitFor(wanted: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error(`ended without "${wanted}":\n${text}`))
      check = () => {
        const at = text.indexOf(wanted, seen)
        if (at < 0) return
        seen = at + wanted.length
        check = () => {}
        child.off('close', onClose)
        resolve()
      }
      child.once('close', onClose)
      check()
    })
  }
  return { output: () => text, waitFor }
}
