// A worker thread: serves gateways as the supervisor says.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'
import { describeFailure } from './failure.ts'
import { GatewayHost } from './gateway-host.ts'
import { loggerOf } from '../log/logger.ts'
import { createLogger, openStandardOutput } from './log.ts'
import { openMemory } from './memory-channel.ts'
import { createResourcePool } from './shared.ts'
import { type Answer, type Line, type Outcome, type Question, send, type Task, type WorkerInit } from './messages.ts'

const supervisor = parentPort
if (supervisor === null) throw new Error('this file is a thread of its own')

const output = openStandardOutput(true)
/** Sends the lines of the gateway that was opened last straight to the output. */
let endForwarding = (): void => {}
const host = new GatewayHost({
  shared: openMemory((workerData as WorkerInit).memory),
  pool: createResourcePool(),
  createLog,
  writeAccessLine: output.write,
  sharesPort: true,
})

/** Until its gateway serves, the lines of a logger go to the supervisor. */
function createLog(config: GatewayConfig): Logger {
  const own = createLogger(output, config)
  let isForwarding = true
  endForwarding = () => {
    isForwarding = false
  }
  return loggerOf((level, message, frames) => {
    if (isForwarding) send(supervisor as MessagePort, { kind: 'line', level, message, frames } satisfies Line)
    else own[level](message, frames)
  })
}

async function perform(task: Task): Promise<Outcome> {
  try {
    await start(task)
    return { isDone: true }
  } catch (error) {
    const { stack, message } = asError(error)
    return { isDone: false, failure: 'config' in task ? describeFailure(error, task.config) : null, stack: stack ?? message }
  }
}

async function start(task: Task): Promise<void> {
  if (task.kind === 'open') await host.open(task.config)
  else if (task.kind === 'listen') await host.listen(task.config)
  else if (task.kind === 'discard') await host.discard()
  else if (task.kind === 'swap') {
    endForwarding()
    await host.swap()
  } else {
    await host.stop(task.maxWaitMs)
    await output.end()
  }
}

supervisor.on('message', ({ number, task }: Question) => {
  void perform(task).then((outcome) => send(supervisor, { kind: 'answer', number, outcome } satisfies Answer))
})
