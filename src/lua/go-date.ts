// `os.date` formats as gopher-lua has them: C's directives through Go's layouts. Pure.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

function two(value: number): string {
  return String(value).padStart(2, '0')
}

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekday: number
  readonly zone: string
  /** Minutes east of UTC. */
  readonly offset: number
}

function momentOf(at: Date, isUtc: boolean): Moment {
  const offset = isUtc ? 0 : -at.getTimezoneOffset()
  const shifted = new Date(at.getTime() + offset * 60_000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
    zone: isUtc ? 'UTC' : zoneName(at),
    offset,
  }
}

function zoneName(at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(at)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}

const CLOCK = (at: Moment): string => `${two(at.hour)}:${two(at.minute)}`
const YEAR = (at: Moment): string => (at.year < 0 ? `-${String(-at.year).padStart(4, '0')}` : String(at.year).padStart(4, '0'))
const SHORT_YEAR = (at: Moment): string => two(((at.year % 100) + 100) % 100)

const DIRECTIVES: Readonly<Record<string, (at: Moment) => string>> = {
  // compat: gopher-lua's layout for %a is the literal text.
  a: () => 'mon',
  A: (at) => DAYS[at.weekday] as string,
  b: (at) => (MONTHS[at.month] as string).slice(0, 3),
  B: (at) => MONTHS[at.month] as string,
  c: (at) => `${two(at.day)} ${(MONTHS[at.month] as string).slice(0, 3)} ${SHORT_YEAR(at)} ${CLOCK(at)} ${at.zone}`,
  d: (at) => two(at.day),
  F: (at) => `${YEAR(at)}-${two(at.month + 1)}-${two(at.day)}`,
  H: (at) => two(at.hour),
  I: (at) => two(at.hour % 12 === 0 ? 12 : at.hour % 12),
  m: (at) => two(at.month + 1),
  M: (at) => two(at.minute),
  p: (at) => (at.hour < 12 ? 'AM' : 'PM'),
  P: (at) => (at.hour < 12 ? 'am' : 'pm'),
  S: (at) => two(at.second),
  w: (at) => String(at.weekday),
  x: (at) => `${two(at.hour)}/${two(at.minute)}/${two(at.second)}`,
  X: (at) => `${CLOCK(at)}:${two(at.second)}`,
  y: SHORT_YEAR,
  Y: YEAR,
  z: (at) => `${at.offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(at.offset) / 60))}${two(Math.abs(at.offset) % 60)}`,
  Z: (at) => at.zone,
}

/** Unknown directives stay as they are. */
export function strftime(format: string, at: Date, isUtc: boolean): string {
  const moment = momentOf(at, isUtc)
  return format.replaceAll(/%([^])/g, (whole, letter: string) => (letter === '%' ? '%' : (DIRECTIVES[letter]?.(moment) ?? whole)))
}
