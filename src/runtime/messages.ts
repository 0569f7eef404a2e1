// What the supervisor and its workers say to each other. Every question has one answer, with its number.

import type { Server } from 'node:net'
import type { Transferable } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { Failure } from './failure.ts'
import type { Level } from '../log/logger.ts'
import type { Inventory } from './crew.ts'
import type { MemoryEnd } from './memory-channel.ts'

/** A port or a worker. */
interface Receiver {
  postMessage(message: unknown): void
}

interface Sender {
  postMessage(message: unknown, transferList?: readonly Transferable[]): void
}

export function send(receiver: Receiver, message: object): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window, it has no origin
  receiver.postMessage(message)
}

/** The same with a listening socket, which is the receiver's from then on; null sends none. */
export function sendWith(receiver: Sender, message: object, socket: Server | null): void {
  if (socket === null) send(receiver, message)
  else receiver.postMessage(message, [socket])
}

/** The data a worker starts with. */
export interface WorkerInit {
  readonly memory: MemoryEnd
  /** Whether other threads listen on the same port. */
  readonly sharesPort: boolean
}

/** A configuration to open. */
export interface Opening {
  readonly config: GatewayConfig
  /** Plugins that are served now: none of them may be missing from what is opened. */
  readonly served: ReadonlySet<string>
  /** No plugin may be missing, whatever is written. */
  readonly isStrict: boolean
}

export type Task =
  | ({ readonly kind: 'open' } & Opening)
  | { readonly kind: 'prepare'; readonly config: GatewayConfig }
  | { readonly kind: 'listen'; readonly config: GatewayConfig; readonly socket: Server | null }
  | { readonly kind: 'swap' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'release' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'stop'; readonly maxWaitMs: number }

export interface Question {
  readonly number: number
  readonly task: Task
}

/** What an answer may carry. */
export interface Gift {
  /** That of the gateway that was opened. */
  readonly inventory: Inventory
  /** The listening socket that was released. */
  readonly socket: Server | null
  /** Whether the end has cut requests off. */
  readonly hasCut: boolean
}

/** `failure` is null for a bug, which `stack` tells. */
export type Outcome =
  | ({ readonly isDone: true } & Partial<Gift>)
  | { readonly isDone: false; readonly failure: Failure | null; readonly stack: string }

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

/** A worker ends itself: where in which file it was told to. */
export interface Farewell {
  readonly kind: 'farewell'
  readonly place: string
}
