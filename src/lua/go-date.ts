// `os.date` formats as gopher-lua has them: C's directives through Go's layouts. Pure.

import { LocalMoment, utcMoment } from '../go/local-moment.ts'
import { formatTime } from '../go/time-layout.ts'

const LAYOUTS: Readonly<Record<string, string>> = {
  // compat: gopher-lua's layout for %a is the literal text.
  a: 'mon',
  A: 'Monday',
  b: 'Jan',
  B: 'January',
  c: '02 Jan 06 15:04 MST',
  d: '02',
  F: '2006-01-02',
  H: '15',
  I: '03',
  m: '01',
  M: '04',
  p: 'PM',
  P: 'pm',
  S: '05',
  x: '15/04/05',
  X: '15:04:05',
  y: '06',
  Y: '2006',
  z: '-0700',
  Z: 'MST',
}

/** Unknown directives stay as they are. `spend` hears of each piece, before the next is made. */
export function strftime(format: string, at: Date, isUtc: boolean, spend: (piece: string) => void): string {
  const moment = isUtc ? utcMoment(at) : new LocalMoment(at)
  const pieceOf = (whole: string, letter: string): string => {
    if (letter === '%') return '%'
    if (letter === 'w') return String(moment.civil.weekday)
    const layout = Object.hasOwn(LAYOUTS, letter) ? LAYOUTS[letter] : undefined
    return layout === undefined ? whole : formatTime(moment, layout)
  }
  return format.replaceAll(/%([^])/g, (whole, letter: string) => {
    const piece = pieceOf(whole, letter)
    spend(piece)
    return piece
  })
}
