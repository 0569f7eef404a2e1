// Waiting with a clock: for what another process has yet to do.

import { setTimeout as wait } from 'node:timers/promises'

const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 5

/** Waits until something is so that a test cannot be told of; throws with what it is about when it never comes. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`)
    await wait(LOOK_EVERY_MS)
  }
}
