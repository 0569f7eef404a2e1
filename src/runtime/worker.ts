// A worker thread: serves gateways as the supervisor says.

import type { Server } from 'node:net'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'
import { describeFailure } from './failure.ts'
import { GatewayHost } from './gateway-host.ts'
import { loggerOf } from '../log/logger.ts'
import { accessWriter, createLogger, openOutput } from './log.ts'
import { openMemory } from './memory-channel.ts'
import { createResourcePool } from './shared.ts'
import { findForeignCaller } from './stray-error.ts'
import {
  type Answer,
  type Farewell,
  type Gift,
  type Line,
  type Outcome,
  type Question,
  send,
  sendWith,
  type Task,
  type WorkerInit,
} from './messages.ts'

const supervisor = parentPort
if (supervisor === null) throw new Error('this file is a thread of its own')

/** Sends the lines of the gateway that was opened last straight to the output. */
let endForwarding = (): void => {}
const { memory, sharesPort } = workerData as WorkerInit
const shared = openMemory(memory)
const output = openOutput(true, shared)
const openAccessLog = (config: GatewayConfig): ((line: string) => void) => accessWriter(output, config)
const host = new GatewayHost({ shared, pool: createResourcePool(), createLog, openAccessLog, print: output.write, sharesPort })

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
    return { isDone: true, ...(await act(task)) }
  } catch (error) {
    const { stack, message } = asError(error)
    return { isDone: false, failure: 'config' in task ? describeFailure(error, task.config) : null, stack: stack ?? message }
  }
}

/** Does it, and gives what the supervisor asked for. */
async function act(task: Task): Promise<Partial<Gift>> {
  switch (task.kind) {
    case 'open':
      return { inventory: await host.open(task) }
    case 'prepare':
      await host.prepare(task.config)
      break
    case 'listen':
      await (task.socket === null ? host.listen(task.config) : host.take(0, task.socket))
      break
    case 'swap':
      endForwarding()
      await host.swap()
      break
    case 'discard':
      await host.discard()
      break
    case 'drain':
      await host.drain()
      break
    case 'release':
      return { socket: await release() }
    case 'leave':
      await host.handOver(() => Promise.resolve(), false)
      break
    default: {
      const hasCut = await host.stop(task.maxWaitMs)
      await output.end()
      return { hasCut }
    }
  }
  return {}
}

async function release(): Promise<Server | null> {
  let released: Server | null = null
  await host.handOver((_index, socket) => {
    released = socket
    return Promise.resolve()
  }, true)
  return released
}

supervisor.on('message', ({ number, task }: Question) => {
  void perform(task).then((outcome) => sendWith(supervisor, { kind: 'answer', number, outcome } satisfies Answer, socketOf(outcome)))
})

// A plugin that ends the process ends this thread alone; without this line nobody would know which one.
process.on('exit', () => {
  const place = findForeignCaller()
  if (place !== null) send(supervisor, { kind: 'farewell', place } satisfies Farewell)
})

function socketOf(outcome: Outcome): Server | null {
  return outcome.isDone ? (outcome.socket ?? null) : null
}
