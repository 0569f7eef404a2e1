// Counters of 64 bits in memory that all workers share: two words each, the lower one first. Knows nothing of what is counted.

export type Words = Int32Array<SharedArrayBuffer>

const UPPER = 2 ** 32
/** A lower word that overflows with the next one. */
const FULL = -1

/** Adds 1 to the counter at `words[at]`. */
export function countOne(words: Words, at: number): void {
  if (Atomics.add(words, at, 1) === FULL) Atomics.add(words, at + 1, 1)
}

/** Adds a whole number from 0 to 2^31. */
export function countMore(words: Words, at: number, amount: number): void {
  const before = Atomics.add(words, at, amount) >>> 0
  if (before + amount >= UPPER) Atomics.add(words, at + 1, 1)
}

/** What was counted so far. */
export function readCounter(words: Words, at: number): number {
  let upper = Atomics.load(words, at + 1)
  for (;;) {
    const lower = Atomics.load(words, at) >>> 0
    const after = Atomics.load(words, at + 1)
    // Another worker carries over at this very moment.
    if (after === upper) return upper * UPPER + lower
    upper = after
  }
}
