// Moments as the clock of this machine shows them, in the layouts of Go.

import { LocalMoment } from '../go/local-moment.ts'
import { compileTimeLayout } from '../go/time-layout.ts'

/** Splits the layout once. A fraction of a second has three digits that say something. */
export function compileLocalTime(layout: string): (time: Date) => string {
  const write = compileTimeLayout(layout)
  return (time) => write(new LocalMoment(time))
}
