// How many calls from within stand around what runs now, whoever hands on what: an endpoint that calls itself comes to an end.

import { AsyncLocalStorage } from 'node:async_hooks'

interface Level {
  readonly depth: number
  readonly outer: Level | null
  /** A call that has ended counts no more for what it left behind, such as a timer. */
  isOpen: boolean
}

/** perf: only calls from within enter it; a client's request never meets it. */
const levels = new AsyncLocalStorage<Level>()

/** Of the calls that have not ended. */
export function currentDepth(): number {
  return innermost()?.depth ?? 0
}

/** Whatever `run` begins stands at that depth until it has ended. */
export async function atDepth<T>(depth: number, run: () => Promise<T>): Promise<T> {
  const level = { depth, outer: innermost(), isOpen: true }
  try {
    return await levels.run(level, run)
  } finally {
    level.isOpen = false
  }
}

function innermost(): Level | null {
  let level = levels.getStore() ?? null
  while (level !== null && !level.isOpen) level = level.outer
  return level
}
