// The workers of a gateway that runs as a child process with `INSPECTED`: no part of it kills its own.

import { openInspector } from './inspector.ts'
import type { RunningCommand } from './process.ts'

export interface Workers {
  readonly count: number
  /** Ends a worker as if it had crashed. */
  end(index: number, exitCode: number): void
  close(): void
}

export async function connectToWorkers(gateway: RunningCommand): Promise<Workers> {
  const { call, sessions, close } = await openInspector(gateway)
  await call('NodeWorker.enable', { waitForDebuggerOnStart: false })
  function end(index: number, exitCode: number): void {
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: `process.exit(${exitCode})` } })
    void call('NodeWorker.sendMessageToWorker', { sessionId: sessions[index], message })
  }
  return { count: sessions.length, end, close }
}
