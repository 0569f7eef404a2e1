// Go's time.Time: a moment in a zone, with the methods that templates call.

import { Civil } from './civil.ts'
import { formatDuration } from './duration.ts'
import { fn, type GoFunction } from './function.ts'
import { MAX_INT64, MIN_INT64 } from './number.ts'
import { formatTime, type Moment } from './time-layout.ts'
import { UTC, type Zone } from './time-zone.ts'
import { GoInt, GoObject, type GoValue, int, int64 } from './value.ts'

const NANO = 1_000_000_000n
const STRING_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST'
const JSON_LAYOUT = '2006-01-02T15:04:05.999999999Z07:00'
/** Seconds of the first of January of year 1, Go's zero time. */
const ZERO_SECONDS = -62_135_596_800

export class GoTime extends GoObject implements Moment {
  readonly type = 'time.Time'
  readonly kind = 'struct'
  readonly fields: ReadonlyMap<string, GoValue> = new Map()
  /** Since 1970, whole. */
  readonly seconds: number
  /** 0 to 999,999,999 */
  readonly nanoseconds: number
  readonly zone: Zone

  constructor(seconds: number, nanoseconds: number, zone: Zone) {
    super()
    this.seconds = seconds
    this.nanoseconds = nanoseconds
    this.zone = zone
  }

  get civil(): Civil {
    return new Civil(this.seconds + this.zone.at(this.seconds).offset)
  }

  override text(): string {
    return formatTime(this, STRING_LAYOUT)
  }

  override json(): string {
    return `"${formatTime(this, JSON_LAYOUT)}"`
  }

  override equals(other: GoObject): boolean {
    return other instanceof GoTime && this.compare(other) === 0 && other.zone.name === this.zone.name
  }

  override method(name: string): GoFunction | undefined {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    return method?.(this)
  }

  compare(other: GoTime): number {
    return Math.sign(this.seconds - other.seconds || this.nanoseconds - other.nanoseconds)
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.seconds, this.nanoseconds, zone)
  }

  add(duration: bigint): GoTime {
    const total = BigInt(this.nanoseconds) + duration
    const rest = ((total % NANO) + NANO) % NANO
    return new GoTime(this.seconds + Number((total - rest) / NANO), Number(rest), this.zone)
  }

  /** Nanoseconds since `other`, at most what a Duration holds. */
  since(other: GoTime): bigint {
    return bounded(BigInt(this.seconds - other.seconds) * NANO + BigInt(this.nanoseconds - other.nanoseconds))
  }
}

/** What does not fit is the longest Duration there is. */
function bounded(nanoseconds: bigint): bigint {
  if (nanoseconds > MAX_INT64) return MAX_INT64
  return nanoseconds < MIN_INT64 ? MIN_INT64 : nanoseconds
}

/** Go's time.Date: values beyond their range carry over. */
export function timeOf(parts: Omit<Civil, 'weekday' | 'yearDay'>, nanoseconds: number, zone: Zone): GoTime {
  const date = new Date(0)
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day)
  const local = date.getTime() / 1000 + parts.hour * 3600 + parts.minute * 60 + parts.second
  const guess = local - zone.at(local).offset
  const offset = zone.at(guess).offset
  return new GoTime(local - offset, nanoseconds, zone)
}

export function zeroTime(): GoTime {
  return new GoTime(ZERO_SECONDS, 0, UTC)
}

export function durationOf(nanoseconds: bigint): GoInt {
  return new GoInt('time.Duration', nanoseconds)
}

type Method = (time: GoTime) => GoFunction

const integer =
  (read: (time: GoTime) => number): Method =>
  (time) =>
    fn([], () => int(read(time)))
const whole =
  (read: (time: GoTime) => bigint): Method =>
  (time) =>
    fn([], () => int64(read(time)))
const compared =
  (test: (order: number) => boolean): Method =>
  (time) =>
    fn(['time'], (other) => test(time.compare(other)))
const unix = (time: GoTime, scale: bigint): bigint => BigInt(time.seconds) * scale + BigInt(time.nanoseconds) / (NANO / scale)

const METHODS: Readonly<Record<string, Method>> = {
  Year: integer(({ civil }) => civil.year),
  Month: (time) => fn([], () => new GoInt('time.Month', BigInt(time.civil.month))),
  Weekday: (time) => fn([], () => new GoInt('time.Weekday', BigInt(time.civil.weekday))),
  Day: integer(({ civil }) => civil.day),
  YearDay: integer(({ civil }) => civil.yearDay),
  Hour: integer(({ civil }) => civil.hour),
  Minute: integer(({ civil }) => civil.minute),
  Second: integer(({ civil }) => civil.second),
  Nanosecond: integer(({ nanoseconds }) => nanoseconds),
  Unix: whole((time) => unix(time, 1n)),
  UnixMilli: whole((time) => unix(time, 1000n)),
  UnixMicro: whole((time) => unix(time, 1_000_000n)),
  UnixNano: whole((time) => unix(time, NANO)),
  Format: (time) => fn(['string'], (layout) => formatTime(time, layout)),
  String: (time) => fn([], () => time.text()),
  UTC: (time) => fn([], () => time.in(UTC)),
  IsZero: (time) => fn([], () => time.seconds === ZERO_SECONDS && time.nanoseconds === 0),
  Before: compared((order) => order < 0),
  After: compared((order) => order > 0),
  Equal: compared((order) => order === 0),
  Compare: (time) => fn(['time'], (other) => int(time.compare(other))),
  Sub: (time) => fn(['time'], (other) => durationOf(time.since(other))),
  Add: (time) => fn(['duration'], ({ value }) => time.add(value)),
  AddDate: (time) => fn(['int', 'int', 'int'], (years, months, days) => addDate(time, years, months, days)),
  Truncate: (time) => fn(['duration'], ({ value }) => roundTo(time, value, false)),
  Round: (time) => fn(['duration'], ({ value }) => roundTo(time, value, true)),
}

function addDate(time: GoTime, years: number, months: number, days: number): GoTime {
  const { year, month, day, hour, minute, second } = time.civil
  const moved = { year: year + years, month: month + months, day: day + days, hour, minute, second }
  return timeOf(moved, time.nanoseconds, time.zone)
}

/** Multiples count from Go's zero time. */
function roundTo(time: GoTime, step: bigint, isNearest: boolean): GoTime {
  if (step <= 0n) return time
  const rest = (BigInt(time.seconds - ZERO_SECONDS) * NANO + BigInt(time.nanoseconds)) % step
  return time.add(isNearest && rest * 2n >= step ? step - rest : -rest)
}

const DURATION_METHODS: Readonly<Record<string, (value: bigint) => GoFunction>> = {
  Nanoseconds: (value) => fn([], () => int64(value)),
  Microseconds: (value) => fn([], () => int64(value / 1000n)),
  Milliseconds: (value) => fn([], () => int64(value / 1_000_000n)),
  Seconds: (value) => fn([], () => Number(value) / 1e9),
  Minutes: (value) => fn([], () => Number(value) / 6e10),
  Hours: (value) => fn([], () => Number(value) / 3.6e12),
  String: (value) => fn([], () => formatDuration(value)),
  Abs: (value) => fn([], () => durationOf(value < 0n ? -value : value)),
  Round: (value) => fn(['duration'], (step) => durationOf(roundDuration(value, step.value))),
  Truncate: (value) => fn(['duration'], (step) => durationOf(step.value <= 0n ? value : value - (value % step.value))),
}

/** A method of a Duration, undefined when it has no such. */
export function durationMethod(value: bigint, name: string): GoFunction | undefined {
  return Object.hasOwn(DURATION_METHODS, name) ? DURATION_METHODS[name]?.(value) : undefined
}

/** Halves go away from zero. */
export function roundDuration(value: bigint, step: bigint): bigint {
  if (step <= 0n) return value
  const size = value < 0n ? -value : value
  const rest = size % step
  const rounded = rest * 2n < step ? size - rest : size + step - rest
  return bounded(value < 0n ? -rounded : rounded)
}
