// Points in time and spans of it: read, written and reckoned as Go does.

import { parseNanoseconds } from '../go/duration.ts'
import { formatFloat, MAX_INT64, MIN_INT64 } from '../go/number.ts'
import { CelError } from './values.ts'

const NANOS_PER_SECOND = 1_000_000_000
const NANOS = BigInt(NANOS_PER_SECOND)
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const MIN_SECONDS = -62_135_596_800
const MAX_SECONDS = 253_402_300_799
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/

export class Timestamp {
  readonly typeName = 'google.protobuf.Timestamp'
  /** Since 1970, rounded down. */
  readonly seconds: number
  /** 0 to 999999999. */
  readonly nanos: number
  /** Seconds east of UTC, for writing it. */
  readonly offset: number

  constructor(seconds: number, nanos = 0, offset = 0) {
    this.seconds = seconds
    this.nanos = nanos
    this.offset = offset
  }

  /** Throws a CelError outside of the years 1 to 9999. */
  static checked(seconds: number, nanos = 0, offset = 0): Timestamp {
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) throw new CelError('timestamp overflow')
    return new Timestamp(seconds, nanos, offset)
  }

  /** From RFC 3339; null when it is none. Throws a CelError outside of the years 1 to 9999. */
  static parse(text: string): Timestamp | null {
    const match = RFC3339.exec(text)
    if (match === null) return null
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
    if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return null
    const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
    if (offsetHours > 24 || offsetMinutes > 60) return null
    const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60)
    const seconds = utcMs(year, month, day) / 1000 + hour * 3600 + minute * 60 + second - offset
    const nanos = Number((match[7] ?? '').slice(0, 9).padEnd(9, '0'))
    return Timestamp.checked(seconds, nanos, offset === 0 ? 0 : offset)
  }

  /** Nanoseconds since 1970. */
  get total(): bigint {
    return BigInt(this.seconds) * NANOS + BigInt(this.nanos)
  }

  plus(nanos: bigint): Timestamp {
    const total = this.total + nanos
    const rest = ((total % NANOS) + NANOS) % NANOS
    return Timestamp.checked(Number((total - rest) / NANOS), Number(rest), this.offset)
  }

  /** RFC 3339 in its own zone, the fraction as short as it may be. */
  toString(): string {
    const local = new Date((this.seconds + this.offset) * 1000).toISOString().slice(0, 19)
    const fraction = this.nanos === 0 ? '' : `.${String(this.nanos).padStart(9, '0').replace(/0+$/, '')}`
    if (this.offset === 0) return `${local}${fraction}Z`
    const minutes = Math.trunc(Math.abs(this.offset) / 60)
    const clock = `${String(Math.trunc(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
    return `${local}${fraction}${this.offset < 0 ? '-' : '+'}${clock}`
  }
}

export class Duration {
  readonly typeName = 'google.protobuf.Duration'
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }

  /** Throws a CelError beyond 64 bits. */
  static checked(nanos: bigint): Duration {
    if (nanos > MAX_INT64 || nanos < MIN_INT64) throw new CelError('integer overflow')
    return new Duration(nanos)
  }

  /** From Go's syntax (`1h30m`, `1.5s`, `0`); null when it is none or does not fit. */
  static parse(text: string): Duration | null {
    const nanos = parseNanoseconds(text)
    return typeof nanos === 'bigint' ? new Duration(nanos) : null
  }

  /** Seconds with a fraction: `5400s`, `0.001s`. compat: with the digits of a double. */
  toString(): string {
    const seconds = Number(this.nanos / NANOS) + Number(this.nanos % NANOS) / NANOS_PER_SECOND
    return `${formatFloat(seconds, 'f', -1)}s`
  }
}

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function utcMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
