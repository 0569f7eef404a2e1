// Node's inspector of a gateway that runs as a child process with `INSPECTED`: its threads, its heap.

import type { RunningCommand } from './process.ts'

/** For `nodeOptions` of the gateway. */
export const INSPECTED = '--inspect=127.0.0.1:0'

interface InspectorMessage {
  readonly id?: number
  readonly result?: unknown
  readonly method?: string
  readonly params?: { readonly sessionId: string }
}

export interface Inspector {
  /** Of its main thread. */
  readonly call: (method: string, params?: object) => Promise<unknown>
  /** Sessions of the workers that it has told of, in order. */
  readonly sessions: readonly string[]
  readonly close: () => void
}

export async function openInspector(gateway: RunningCommand): Promise<Inspector> {
  const address = /Debugger listening on (ws:\S+)/.exec(gateway.output())?.[1]
  if (address === undefined) throw new Error(`no inspector:\n${gateway.output()}`)
  const socket = new WebSocket(address)
  const opened = Promise.withResolvers<void>()
  const waiting = new Map<number, (result: unknown) => void>()
  const sessions: string[] = []
  let calls = 0
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error('no inspector')))
  socket.addEventListener('message', ({ data }) => {
    const { id, result, method, params } = JSON.parse(String(data)) as InspectorMessage
    if (method === 'NodeWorker.attachedToWorker') sessions.push(params?.sessionId ?? '')
    if (id === undefined) return
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  await opened.promise
  function call(method: string, params: object = {}): Promise<unknown> {
    return new Promise((resolve) => {
      waiting.set(++calls, resolve)
      socket.send(JSON.stringify({ id: calls, method, params }))
    })
  }
  return { call, sessions, close: () => socket.close() }
}
