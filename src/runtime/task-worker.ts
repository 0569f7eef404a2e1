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
const answer = await run()
await settlesWithin(PRINTED_WITHIN_MS, Promise.all([printed(process.stdout), printed(process.stderr)]))
say(answer)

async function run(): Promise<TaskMessage> {
  try {
    const { runTask } = (await import(program)) as { readonly runTask: (task: unknown, tell: (text: string) => void) => unknown }
    return { kind: 'done', result: await runTask(task, (text) => say({ kind: 'told', text })) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** What a thread prints goes another way than its answer, after which it is ended. Resolves when the process has all of it. */
function printed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
