// A thread for one task, which ends afterwards: what the task has imported is gone with it, and one that never returns is cut off.

import { Worker } from 'node:worker_threads'
import { optionsWith, programBeside } from './threads.ts'
import { timerMs } from '../engine/timer-ms.ts'

const PROGRAM = programBeside(import.meta.url, 'task-worker')

export interface TaskInit {
  /** Modules that Node.js imports first. */
  readonly imports: readonly string[]
  /** How long the task may neither answer nor say what it does. */
  readonly silentMs: number
}

/** What the thread is started with. */
export interface TaskData {
  /** Address of a module that exports `runTask(task, tell)`. */
  readonly program: string
  readonly task: unknown
}

export type TaskMessage =
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

/** The thread was silent for too long, or has ended itself (`process.exit`). */
export class TaskLost extends Error {
  /** What the task said last; null when it said nothing. */
  readonly last: string | null

  constructor(message: string, last: string | null) {
    super(message)
    this.name = 'TaskLost'
    this.last = last
  }
}

/**
 * Calls `runTask(task, tell)` of a module in a thread of its own, and gives what it returns as a copy. Rejects with what it throws, or with a TaskLost.
 * `tell(text)` says what it is about to do.
 */
export async function runInThread<T>(program: URL, task: unknown, { imports, silentMs }: TaskInit): Promise<T> {
  const workerData: TaskData = { program: program.href, task }
  const worker = new Worker(PROGRAM, { workerData, ...optionsWith(imports) })
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let last: string | null = null
  const timer = setTimeout(
    () => reject(new TaskLost(`its thread is blocked: nothing has happened for ${silentMs / 1000} s`, last)),
    timerMs(silentMs),
  )
  worker.on('message', (message: TaskMessage) => {
    timer.refresh()
    if (message.kind === 'told') last = message.text
    else if (message.kind === 'done') resolve(message.result as T)
    else reject(message.error)
  })
  worker.on('error', reject)
  worker.on('exit', (code) => reject(new TaskLost(`its thread has ended itself: exit code ${code}`, last)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    // Nobody waits for timers and connections of what it has imported.
    void worker.terminate()
  }
}
