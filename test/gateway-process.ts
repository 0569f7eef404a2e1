// The gateway as a child process on a free port, for tests that meet it as a user does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../src/runtime/test-support.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const READY_WITHIN_MS = 20_000

export interface GatewayProcess {
  readonly url: string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Runs `src/cli/bin.ts` or `dist/cli/bin.js` with a configuration file and waits until it is healthy. */
export async function startGateway(program: string, config: string): Promise<GatewayProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [join(ROOT, program), 'run', '-c', config, '-p', String(port)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
  const ended = once(child, 'exit') as Promise<[number | null]>
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the gateway did not start:\n${output}`)
    }
    await sleep(20)
  }
  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    return (await ended)[0]
  }
  return { url, stop }
}

async function isHealthy(url: string): Promise<boolean> {
  const response = await fetch(`${url}/__health`).catch(() => null)
  return response?.ok === true
}
