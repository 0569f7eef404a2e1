// Long work in a thread that serves: it ends its turn now and then, so that requests do not wait until all of it is done.

import { setImmediate } from 'node:timers/promises'

/** perf: work that has the thread to itself, as at the start, pays a hundred turns a second, which cost nothing that could be measured. */
const TURN_MS = 10

export class Turns {
  #began = performance.now()

  /** Between two parts of the work: null while its turn goes on, else what to await, and everybody else has theirs. */
  end(): Promise<void> | null {
    return performance.now() - this.#began < TURN_MS ? null : this.#next()
  }

  async #next(): Promise<void> {
    await setImmediate()
    this.#began = performance.now()
  }
}

/** All parts, worked out in turns. */
export async function inTurns<T>(parts: Iterable<T>): Promise<T[]> {
  const turns = new Turns()
  const all: T[] = []
  for (const part of parts) {
    all.push(part)
    const others = turns.end()
    if (others !== null) await others
  }
  return all
}
