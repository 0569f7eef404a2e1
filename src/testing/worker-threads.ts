// The threads of a gateway that runs as a child process, by Node's inspector.

import type { RunningCommand } from './process.ts'

export interface Workers {
  readonly count: number
  /** Ends a worker as if it had crashed. */
  end(index: number, exitCode: number): void
  close(): void
}

interface InspectorMessage {
  readonly method?: string
  readonly id?: number
  readonly params?: { readonly sessionId: string }
}

/** Reaches the threads of a gateway that runs with `--inspect=127.0.0.1:0`: no part of it kills its own workers. */
export async function connectToWorkers(gateway: RunningCommand): Promise<Workers> {
  const address = /Debugger listening on (ws:\S+)/.exec(gateway.output())?.[1]
  if (address === undefined) throw new Error(`no inspector:\n${gateway.output()}`)
  const socket = new WebSocket(address)
  const sessions: string[] = []
  const enabled = Promise.withResolvers<void>()
  const call = (id: number, method: string, params: object): void => socket.send(JSON.stringify({ id, method, params }))
  socket.addEventListener('open', () => call(1, 'NodeWorker.enable', { waitForDebuggerOnStart: false }))
  socket.addEventListener('error', () => enabled.reject(new Error('no inspector')))
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as InspectorMessage
    if (message.method === 'NodeWorker.attachedToWorker') sessions.push(message.params?.sessionId ?? '')
    if (message.id === 1) enabled.resolve()
  })
  await enabled.promise
  function end(index: number, exitCode: number): void {
    const expression = `process.exit(${exitCode})`
    const message = JSON.stringify({ id: 2, method: 'Runtime.evaluate', params: { expression } })
    call(3, 'NodeWorker.sendMessageToWorker', { sessionId: sessions[index], message })
  }
  return { count: sessions.length, end, close: () => socket.close() }
}
