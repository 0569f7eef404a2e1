// Dates of feeds in all the ways that publishers write them. Knows nothing of elements.

export interface FeedDate {
  /** Whole seconds, in milliseconds since 1970. */
  readonly timeMs: number
  /** Digits after the second, without zeros at the end. */
  readonly fraction: string
  readonly offsetMinutes: number
}

const MAX_LENGTH = 64
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']

const WEEKDAY = String.raw`(?:[A-Za-z]{3,9}\s*,?\s*)?`
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:[.,](?<fraction>\d{1,9}))?)?(?:\s*(?<half>[AaPp])\.?[Mm]\.?)?`
const ZONE = String.raw`(?:\s*(?:Z|[A-Z]{2,5}))?(?:\s*-?(?<offset>[+-]\d{2}(?::?\d{2})?))?(?:\s*\(?[A-Z]{2,5}\)?)?`
const TIME = CLOCK + ZONE

const LAYOUTS = [
  String.raw`^${WEEKDAY}(?<day>\d{1,2}),?[\s-]+(?<name>[A-Za-z]{3,9})\.?,?[\s-]+(?<year>\d{4}|\d{2})(?:,?\s+${TIME})?$`,
  String.raw`^${WEEKDAY}(?<name>[A-Za-z]{3,9})\.?\s+(?<day>\d{1,2}),?\s+(?<year>\d{4})(?:,?\s+${TIME})?$`,
  String.raw`^[A-Za-z]{3}\s+(?<name>[A-Za-z]{3})\s+(?<day>\d{1,2})\s+${TIME}\s+(?<year>\d{4})$`,
  String.raw`^(?:[A-Za-z]{3},\s+)?(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?:(?:T|\s+at\s+|\s+)${TIME})?$`,
  String.raw`^(?<day>\d{1,2})(?<separator>[./-])(?<month>\d{1,2})\k<separator>(?<year>\d{4})(?:\s+(?:-\s+)?${TIME})?$`,
].map((layout) => new RegExp(layout))

type Parts = Readonly<Record<string, string | undefined>>

/** Null for what is no date. compat: named zones other than offsets count as UTC, as in most layouts of KrakenD. */
export function parseDate(source: string): FeedDate | null {
  const text = source.trim()
  // security: the layouts backtrack, on short texts only.
  if (text.length > MAX_LENGTH) return null
  for (const layout of LAYOUTS) {
    const parts = layout.exec(text)?.groups
    const date = parts === undefined ? null : dateOf(parts)
    if (date !== null) return date
  }
  return null
}

function dateOf(parts: Parts): FeedDate | null {
  const year = yearOf(parts['year'] as string)
  let day = Number(parts['day'])
  let month = parts['name'] === undefined ? Number(parts['month']) : monthOf(parts['name'])
  if (parts['separator'] !== undefined && month > 12) [day, month] = [month, day]
  const hour = hourOf(Number(parts['hour'] ?? 0), parts['half']?.toLowerCase())
  const minute = Number(parts['minute'] ?? 0)
  const second = Number(parts['second'] ?? 0)
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (!isDay || hour > 23 || minute > 59 || second > 59) return null
  const offsetMinutes = offsetOf(parts['offset'])
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second) - offsetMinutes * 60_000
  return { timeMs, fraction: (parts['fraction'] ?? '').replace(/0+$/, ''), offsetMinutes }
}

function yearOf(text: string): number {
  const year = Number(text)
  if (text.length === 4) return year
  return year < 69 ? 2000 + year : 1900 + year
}

function monthOf(name: string): number {
  const lower = name.toLowerCase()
  return MONTHS.findIndex((month) => month === lower || month.slice(0, 3) === lower) + 1
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  if (hour < 1 || hour > 12) return NaN
  return (hour % 12) + (half === 'p' ? 12 : 0)
}

function offsetOf(text: string | undefined): number {
  if (text === undefined) return 0
  const digits = text.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3) || 0)
  return digits.startsWith('-') ? -minutes : minutes
}

/** RFC 3339 in UTC. */
export function formatUtc(date: FeedDate): string {
  return `${wall(date.timeMs)}${fractionOf(date)}Z`
}

/** RFC 3339 with the offset that the date came with. */
export function formatWithOffset(date: FeedDate): string {
  if (date.offsetMinutes === 0) return formatUtc(date)
  const size = Math.abs(date.offsetMinutes)
  const offset = `${String(Math.trunc(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
  return `${wall(date.timeMs + date.offsetMinutes * 60_000)}${fractionOf(date)}${date.offsetMinutes < 0 ? '-' : '+'}${offset}`
}

function wall(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19)
}

function fractionOf(date: FeedDate): string {
  return date.fraction === '' ? '' : `.${date.fraction}`
}
