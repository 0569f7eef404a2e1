// What a timer of Node.js can hold: a longer time would fire after a millisecond, and AbortSignal takes whole ones only.

const MAX_TIMER_MS = 2 ** 31 - 1

/** The delay for a timer of a configured or computed time: whole milliseconds, 24.8 days at most. */
export function timerMs(ms: number): number {
  return Math.min(Math.ceil(ms), MAX_TIMER_MS)
}
