// How long to wait before a broker is tried again: KrakenD's strategies, by name in any case.

/** Milliseconds to wait before the attempt of that index, counted from 0. */
export type BackOff = (attempt: number) => number

/** The names that mean something; anything else is a second each time. */
export const STRATEGIES = ['linear', 'linear-jitter', 'exponential', 'exponential-jitter', 'fallback']

/** Waits double up to here: KrakenD's grow without end, and a broker that is back would wait for days. */
const LONGEST_MS = 300_000

const WAITS: Readonly<Record<string, BackOff>> = {
  linear: (attempt) => attempt * 1000,
  'linear-jitter': (attempt) => jitter(attempt * 1000),
  exponential: (attempt) => 1000 * 2 ** attempt,
  'exponential-jitter': (attempt) => jitter(1000 * 2 ** attempt),
}

export function backOffOf(name: string): BackOff {
  const key = name.toLowerCase()
  const wait = Object.hasOwn(WAITS, key) ? (WAITS[key] as BackOff) : () => 1000
  return (attempt) => Math.min(LONGEST_MS, wait(attempt))
}

/** Up to a third more or less, at least a millisecond. */
function jitter(ms: number): number {
  const third = Math.floor(ms / 3) + 1
  return Math.max(1, ms - third + Math.floor(Math.random() * 2 * third))
}
