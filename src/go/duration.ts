// Go's duration texts. Knows nothing of configurations.

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

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
    if (!Object.hasOwn(unitNanoseconds, unit)) return 'time: unknown unit in duration'
    total += Number(number) * unitNanoseconds[unit]!
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
