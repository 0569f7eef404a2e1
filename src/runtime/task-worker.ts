// The thread of one task: imports its program, runs it, and says what came of it.

import { parentPort, workerData } from 'node:worker_threads'
import { settlesWithin } from '../engine/settles-within.ts'
import { describePluginError } from '../plugins/plugin-error.ts'
import { send } from './messages.ts'
import type { TaskData, TaskMessage } from './task-thread.ts'

const asker = parentPort
if (asker === null) throw new Error('this file is a thread of its own')

/** A program may have replaced what it prints with. */
const PRINTED_WITHIN_MS = 1000

const say = (message: TaskMessage): void => send(asker, message)

// What plugins leave behind while they are imported must not end the thread; while serving, the log tells of the same.
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (thrown: unknown) => process.stderr.write(`krakend: nobody waited for: ${describePluginError(thrown).text}\n`))

const { program, task } = workerData as TaskData
try {
  const { runTask } = (await import(program)) as { readonly runTask: (task: unknown, tell: (text: string) => void) => unknown }
  const result = await runTask(task, (text) => say({ kind: 'told', text }))
  await allPrinted()
  say({ kind: 'done', result })
} catch (error) {
  await allPrinted()
  say({ kind: 'failed', error })
}

/** What a thread prints goes another way than its answer, after which it is ended. Resolves when the process has all of it. */
async function allPrinted(): Promise<void> {
  const streams = [process.stdout, process.stderr]
  await settlesWithin(
    PRINTED_WITHIN_MS,
    Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve())))),
  )
}
