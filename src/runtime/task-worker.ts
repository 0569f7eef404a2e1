// The thread of one task: imports its program, runs it, and says what came of it.

import { parentPort, workerData } from 'node:worker_threads'
import { describePluginError } from '../plugins/plugin-error.ts'
import { send } from './messages.ts'
import type { TaskData, TaskMessage } from './task-thread.ts'

const asker = parentPort
if (asker === null) throw new Error('this file is a thread of its own')

const say = (message: TaskMessage): void => send(asker, message)

// What plugins leave behind while they are imported must not end the thread; while serving, the log tells of the same.
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (thrown: unknown) => process.stderr.write(`krakend: nobody waited for: ${describePluginError(thrown).text}\n`))

const { program, task } = workerData as TaskData
try {
  const { runTask } = (await import(program)) as { readonly runTask: (task: unknown, tell: (text: string) => void) => unknown }
  say({ kind: 'done', result: await runTask(task, (text) => say({ kind: 'told', text })) })
} catch (error) {
  say({ kind: 'failed', error })
}
