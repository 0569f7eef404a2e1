// Waiting without a clock: for what a process has yet to do by itself.

/** Turns without a change that count as rest: each of them looks at every socket of the process. */
const QUIET_TURNS = 300

/**
 * Resolves with a number that is above 0 and has stood still for many turns of the event loop. Where both sides of a connection live in this
 * process nothing else can move it any more, however slow the machine is.
 */
export async function atRest(read: () => number): Promise<number> {
  let last = read()
  for (let turns = 0; turns < QUIET_TURNS || last === 0; turns++) {
    await new Promise(setImmediate)
    const now = read()
    if (now !== last) turns = 0
    last = now
  }
  return last
}
