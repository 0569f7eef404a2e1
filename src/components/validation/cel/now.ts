// The variable `now`: local time in RFC 3339 with milliseconds.

const MS_PER_MINUTE = 60_000

/** `2024-01-15T10:30:00.123+02:00`; zeros at the end of the fraction are left out. */
export function formatNow(ms: number, offsetMinutes: number): string {
  const local = new Date(ms + offsetMinutes * MS_PER_MINUTE).toISOString().slice(0, -1)
  const [seconds, fraction = ''] = local.split('.')
  const digits = fraction.replace(/0+$/, '')
  return seconds + (digits === '' ? '' : `.${digits}`) + formatOffset(offsetMinutes)
}

function formatOffset(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z'
  const size = Math.abs(offsetMinutes)
  const clock = [Math.trunc(size / 60), size % 60].map((part) => String(part).padStart(2, '0')).join(':')
  return (offsetMinutes < 0 ? '-' : '+') + clock
}
