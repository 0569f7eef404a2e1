// What the main thread of a gateway holds, weighed through Node's inspector: how much the process has of the system says little about it,
// as the heap takes what it may and gives back late.

import type { RunningCommand } from '../../src/testing/process.ts'

/** For `nodeOptions` of a gateway that is to be weighed. */
export const WEIGHABLE = '--inspect=127.0.0.1:0'

interface Usage {
  readonly usedSize: number
  /** Buffers beside the heap. */
  readonly backingStorageSize: number
}

export interface Scales {
  /** MiB that are left after a collection of garbage. */
  weigh(): Promise<number>
  close(): void
}

export async function openScales(gateway: RunningCommand): Promise<Scales> {
  const address = /Debugger listening on (ws:\S+)/.exec(gateway.output())?.[1]
  if (address === undefined) throw new Error(`no inspector:\n${gateway.output()}`)
  const socket = new WebSocket(address)
  const opened = Promise.withResolvers<void>()
  const waiting = new Map<number, (result: unknown) => void>()
  let calls = 0
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error('no inspector')))
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown }
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  await opened.promise
  const call = (method: string): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set(++calls, resolve)
      socket.send(JSON.stringify({ id: calls, method }))
    })
  async function weigh(): Promise<number> {
    // What the first one finds dead may hold what the second one takes.
    for (let i = 0; i < 2; i++) await call('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = (await call('Runtime.getHeapUsage')) as Usage
    return (usedSize + backingStorageSize) / 2 ** 20
  }
  return { weigh, close: () => socket.close() }
}
