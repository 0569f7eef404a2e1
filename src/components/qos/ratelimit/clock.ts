// The time that all workers of one machine agree on. Knows nothing of limits.

/** 2026-01-01: counting from here keeps nanoseconds in a double exact to some nanoseconds for years. */
const EPOCH_MS = 1_767_225_600_000

// perf: subtracted first, so that the sum below is small enough to keep its fractions.
const offsetMs = performance.timeOrigin - EPOCH_MS

/** Nanoseconds since 2026, the same in every worker, not set back while a worker runs. */
export function readClockNs(): number {
  return (offsetMs + performance.now()) * 1e6
}
