// A lock on one word of shared memory, for sections of some hundred nanoseconds. Knows nothing of what it guards.

const FREE = 0
const HELD = 1
/** Held, and somebody sleeps until it is released. */
const CONTENDED = 2
const SPINS = 200
/** A section never lasts that long: its thread has died inside it. */
const LOST_MS = 1000

/** What algorithms over shared memory are given, so that they need not know how waiting is done. */
export interface SharedLock {
  /** Waits until the lock at `words[at]` is ours. The words are zero at first. */
  acquire(words: Int32Array<SharedArrayBuffer>, at: number): void
  /** Gives the lock back. Reads and writes in between are seen by the next holder. */
  release(words: Int32Array<SharedArrayBuffer>, at: number): void
}

export const sharedLock: SharedLock = { acquire, release }

function acquire(words: Int32Array<SharedArrayBuffer>, at: number): void {
  if (Atomics.compareExchange(words, at, FREE, HELD) !== FREE) acquireSlowly(words, at)
}

function release(words: Int32Array<SharedArrayBuffer>, at: number): void {
  if (Atomics.exchange(words, at, FREE) === CONTENDED) Atomics.notify(words, at, 1)
}

function acquireSlowly(words: Int32Array<SharedArrayBuffer>, at: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.compareExchange(words, at, FREE, HELD) === FREE) return
  while (Atomics.exchange(words, at, CONTENDED) !== FREE) {
    // security: a thread that was killed while holding the lock must not stop all the others for ever.
    if (Atomics.wait(words, at, CONTENDED, LOST_MS) === 'timed-out') Atomics.compareExchange(words, at, CONTENDED, FREE)
  }
}
