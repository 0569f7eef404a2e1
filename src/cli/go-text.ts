// Values in Go's notation, which people and scripts know from KrakenD's output.

import { sortedKeys } from '../json/write.ts'

/** `1h0m0s`, `1m30s`, `150ms`, `100µs`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1) return ms < 1e-3 ? `${Math.round(ms * 1e6)}ns` : `${trim(ms * 1e3)}µs`
  if (ms < 1000) return `${trim(ms)}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = `${trim((ms % 60_000) / 1000)}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)))
}

/** `%v`: `[a b]`, `map[k:v]` with sorted keys, `1e+06`, `<nil>`. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`
  if (typeof value === 'object') {
    const members = value as Record<string, never>
    return `map[${sortedKeys(members)
      .map((key) => `${key}:${formatValue(members[key])}`)
      .join(' ')}]`
  }
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000_000 || (value !== 0 && Math.abs(value) < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  return String(value)
}
