// Messages from one worker to all others of the process, for what shared memory cannot say.

import { BroadcastChannel } from 'node:worker_threads'
import type { WorkerChannel } from '../engine/compile/component.ts'

/** Everybody of the process who opened that name hears what others send; not what he sends himself. */
export function openBroadcast(name: string, onMessage: (message: unknown) => void): WorkerChannel {
  const channel = new BroadcastChannel(`krakend-ts ${name}`)
  channel.onmessage = ({ data }: { data: unknown }) => onMessage(data)
  channel.unref()
  // What has the name of a window's method is one of a channel: it has no origin to name.
  const send = channel.postMessage.bind(channel)
  return { send, close: () => channel.close() }
}
