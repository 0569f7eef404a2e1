// What the supervisor and its workers say to each other. Every question has one answer, with its number.

import type { GatewayConfig } from '../config/types.ts'
import type { Failure } from './failure.ts'
import type { Level } from '../log/logger.ts'
import type { MemoryEnd } from './memory-channel.ts'

/** A port or a worker. */
interface Receiver {
  postMessage(message: unknown): void
}

export function send(receiver: Receiver, message: object): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window, it has no origin
  receiver.postMessage(message)
}

/** The data a worker starts with. */
export interface WorkerInit {
  readonly memory: MemoryEnd
}

export type Task =
  | { readonly kind: 'open'; readonly config: GatewayConfig }
  | { readonly kind: 'listen'; readonly config: GatewayConfig }
  | { readonly kind: 'swap' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'stop'; readonly maxWaitMs: number }

export interface Question {
  readonly number: number
  readonly task: Task
}

/** `failure` is null for a bug, which `stack` tells. */
export type Outcome = { readonly isDone: true } | { readonly isDone: false; readonly failure: Failure | null; readonly stack: string }

export interface Answer {
  readonly kind: 'answer'
  readonly number: number
  readonly outcome: Outcome
}

/** A log line of a gateway that is being opened: all workers have the same to say, the supervisor says it once. */
export interface Line {
  readonly kind: 'line'
  readonly level: Level
  readonly message: string
  readonly frames: readonly string[]
}
