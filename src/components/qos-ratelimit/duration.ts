// Go's duration texts (`1h30m`, `500ms`). Knows nothing of options.

const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }
const PART = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/y

/** Nanoseconds, or null for a text that Go's time.ParseDuration refuses. */
export function parseDurationNs(text: string): number | null {
  const digits = /^[+-]/.test(text) ? text.slice(1) : text
  if (digits === '0') return 0
  if (digits === '') return null
  let totalNs = 0
  PART.lastIndex = 0
  while (PART.lastIndex < digits.length) {
    const part = PART.exec(digits)
    if (part === null) return null
    totalNs += Number(part[1]) * (UNIT_NS[part[2] as string] as number)
  }
  if (totalNs >= 2 ** 63) return null
  return text.startsWith('-') ? -Math.trunc(totalNs) : Math.trunc(totalNs)
}
