// Waiting, but not for ever.

import { timerMs } from './timer-ms.ts'

/** Whether the work is done within that time; rejects when it fails in time. Later it goes on, and nobody hears how it ends. */
export async function settlesWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), timerMs(ms))
  try {
    return await Promise.race([tooLate, work.then(() => true)])
  } finally {
    clearTimeout(timer)
  }
}
