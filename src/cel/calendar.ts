// Parts of a point in time in any zone: `getHours('Europe/Berlin')`.

import { loadOffsets, type Offsets } from '../go/time-zone.ts'
import type { Budget } from './frame.ts'
import { Duration, Timestamp } from './time.ts'
import { CelError, noSuchOverload } from './values.ts'
import type { Value } from './values.ts'

const MS_PER_DAY = 86_400_000
/** Zones change on quarters of an hour. */
const QUARTER = 900
/** security: expressions may take names of zones from requests. */
const MAX_ZONES = 600
/** Work of looking a zone up in the database, and of asking it for an offset. */
const OPEN_UNITS = 500
const OFFSET_UNITS = 10

/** A zone that has a name, and the quarter of an hour that was asked for last. */
interface Zone {
  readonly offsets: Offsets
  quarter: number
  offset: number
}

const zones = new Map<string, Zone>()

type Getter = (date: Date, timestamp: Timestamp) => number

const GETTERS: Readonly<Record<string, Getter>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDayOfYear: (date) => Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / MS_PER_DAY),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (_date, { nanos }) => Math.trunc(nanos / 1_000_000),
}

/** Nanoseconds of what a duration is asked for: all of its hours, minutes, seconds or milliseconds. */
const DURATION_UNITS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
}

export const GETTER_NAMES: readonly string[] = Object.keys(GETTERS)

/** What a getter gives for a timestamp or a duration. Throws a CelError. */
export function compileGetter(name: string): (value: Value, zone: Value | undefined, budget: Budget) => bigint {
  const get = GETTERS[name] as Getter
  const unit = DURATION_UNITS[name]
  return function getPart(value, zone, budget) {
    if (value instanceof Timestamp) {
      const offset = zone === undefined ? 0 : zoneOffset(zone, value.seconds, budget)
      return BigInt(get(new Date((value.seconds + offset) * 1000), value))
    }
    if (value instanceof Duration && unit !== undefined && zone === undefined) return value.nanos / unit
    throw noSuchOverload(name)
  }
}

/** Seconds east of UTC. */
function zoneOffset(zone: Value, seconds: number, budget: Budget): number {
  if (typeof zone !== 'string') throw noSuchOverload()
  const colon = zone.indexOf(':')
  return colon < 0 ? namedOffset(zone, seconds, budget) : writtenOffset(zone, colon)
}

/** compat: hours and minutes may be any numbers; the sign is that of the first character. */
function writtenOffset(zone: string, colon: number): number {
  const hours = atoi(zone.slice(0, colon))
  const minutes = atoi(zone.slice(colon + 1))
  return (hours * 60 + (zone.startsWith('-') ? -minutes : minutes)) * 60
}

function atoi(text: string): number {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new CelError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function namedOffset(name: string, seconds: number, budget: Budget): number {
  if (name === '' || name === 'UTC') return 0
  const zone = zones.get(name) ?? openZone(name, budget)
  const quarter = Math.floor(seconds / QUARTER)
  if (zone.quarter !== quarter) {
    budget.spend(OFFSET_UNITS)
    zone.offset = zone.offsets(seconds)
    zone.quarter = quarter
  }
  return zone.offset
}

function openZone(name: string, budget: Budget): Zone {
  budget.spend(OPEN_UNITS)
  const offsets = name === 'Local' ? localOffset : loadOffsets(name)
  if (offsets === null) throw new CelError(`unknown time zone ${name}`)
  const zone = { offsets, quarter: Number.NaN, offset: 0 }
  if (zones.size < MAX_ZONES) zones.set(name, zone)
  return zone
}

function localOffset(seconds: number): number {
  return -new Date(seconds * 1000).getTimezoneOffset() * 60
}
