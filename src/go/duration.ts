// Go's duration texts. Knows nothing of configurations.

import { UNITS } from './go-duration.ts'

/** Nanoseconds of a text such as `1h30m`, `-1.5s` or `0`; otherwise what Go's time.ParseDuration says, without the text. */
export function parseDuration(text: string): number | string {
  const isNegative = text.startsWith('-')
  let rest = isNegative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return 0
  if (rest === '') return 'time: invalid duration'
  let total = 0
  while (rest !== '') {
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/.exec(rest)?.[0]
    if (number === undefined) return 'time: invalid duration'
    rest = rest.slice(number.length)
    const unit = /^[^.0-9]*/.exec(rest)![0]
    if (unit === '') return 'time: missing unit in duration'
    if (!Object.hasOwn(UNITS, unit)) return 'time: unknown unit in duration'
    total += Number(number) * Number(UNITS[unit])
    rest = rest.slice(unit.length)
  }
  if (total >= 2 ** 63) return 'time: invalid duration'
  return isNegative ? -Math.trunc(total) : Math.trunc(total)
}

/** Milliseconds of a text that Go's time.ParseDuration takes, null for any other. */
export function parseDurationMs(text: string): number | null {
  const parsed = parseDuration(text)
  return typeof parsed === 'number' ? parsed / 1e6 : null
}
