// The gateway as a child process on a free port, for tests that meet it as a user does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../src/testing/backend.ts'
import { collect, endWithTest } from '../src/testing/process.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface GatewayProcess {
  readonly url: string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Runs `src/cli/bin.ts` or `dist/cli/bin.js` with a configuration file and waits until it listens. */
export async function startGateway(program: string, config: string): Promise<GatewayProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [join(ROOT, program), 'run', '-c', config, '-p', String(port)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  endWithTest(child)
  const { waitFor } = collect(child)
  const ended = once(child, 'exit') as Promise<[number | null]>
  await waitFor('Listening on port')
  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    return (await ended)[0]
  }
  return { url, stop }
}
