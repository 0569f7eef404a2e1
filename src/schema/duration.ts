// Go's durations: `300ms`, `1m30s`, `1.5h`. Knows no configuration.

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y

/** Milliseconds of a text that Go's time.ParseDuration takes, null for any other. A bare `0` is the only number without a unit. */
export function parseDurationMs(text: string): number | null {
  const sign = text.startsWith('-') ? -1 : 1
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text
  if (unsigned === '0') return 0
  let totalMs = 0
  PART.lastIndex = 0
  while (PART.lastIndex < unsigned.length) {
    const part = PART.exec(unsigned)
    if (part === null) return null
    totalMs += Number(part[1]) * (UNIT_MS.get(part[2] as string) as number)
  }
  return unsigned === '' ? null : sign * totalMs
}
