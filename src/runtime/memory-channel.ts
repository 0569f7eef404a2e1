// How a worker gets shared memory from the main thread without waiting for its own event loop.

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { SharedMemory } from '../engine/compile/component.ts'
import { send } from './messages.ts'
import { Tally } from '../engine/tally.ts'
import { createSharedMemory } from './shared.ts'

/** The worker's end; give it to the thread with `port` in the transfer list. */
export interface MemoryEnd {
  readonly port: MessagePort
  /** Counts the answers. */
  readonly answers: Int32Array<SharedArrayBuffer>
}

interface Question {
  readonly name: string
  readonly byteLength: number
  /** Not the memory itself but a worker's part of a tally. */
  readonly isPart: boolean
}

/** What a worker has of a tally. */
interface Part {
  readonly sums: SharedArrayBuffer
  readonly buffer: SharedArrayBuffer
}

type Answer = { readonly buffer: SharedArrayBuffer } | { readonly refusal: string }

/** Far more than the main thread ever needs; it does nothing that blocks. */
const ANSWER_WITHIN_MS = 30_000

/** Answers the questions of one worker out of `memory`, until its thread ends; what it has added to tallies is taken off then. */
export function serveMemory(memory: SharedMemory): MemoryEnd {
  const { port1, port2 } = new MessageChannel()
  const answers = new Int32Array(new SharedArrayBuffer(4))
  const parts: Part[] = []
  port1.on('message', (question: Question) => {
    send(port1, answer(memory, question, parts))
    Atomics.add(answers, 0, 1)
    Atomics.notify(answers, 0)
  })
  port1.on('close', () => {
    for (const { sums, buffer } of parts.splice(0)) Tally.takeBack(sums, buffer)
  })
  port1.unref()
  return { port: port2, answers }
}

function answer(memory: SharedMemory, { name, byteLength, isPart }: Question, parts: Part[]): Answer {
  try {
    const sums = memory.buffer(name, byteLength)
    if (!isPart) return { buffer: sums }
    const buffer = new SharedArrayBuffer(byteLength)
    parts.push({ sums, buffer })
    return { buffer }
  } catch (error) {
    return { refusal: (error as Error).message }
  }
}

/** The memory that the main thread keeps. `buffer` throws a RangeError when there is not that much. */
export function openMemory({ port, answers }: MemoryEnd): SharedMemory {
  const ask = (question: Question): SharedArrayBuffer => {
    const answered = Atomics.load(answers, 0)
    send(port, question)
    if (Atomics.wait(answers, 0, answered, ANSWER_WITHIN_MS) === 'timed-out') throw new Error('the main thread gives no memory')
    const received = receiveMessageOnPort(port)?.message as Answer | undefined
    if (received === undefined) throw new Error('the main thread gives no memory')
    if ('refusal' in received) throw new RangeError(received.refusal)
    return received.buffer
  }
  return createSharedMemory(
    (name, byteLength) => ask({ name, byteLength, isPart: false }),
    (name, byteLength) => ask({ name, byteLength, isPart: true }),
  )
}
