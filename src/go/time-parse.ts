// Go's time.ParseInLocation: a text in a layout becomes a moment, or the words of Go's error.

import { GoError } from './function.ts'
import { MONTHS, splitLayout, WEEKDAYS } from './time-layout.ts'
import { quoteBytes } from './quote.ts'
import { fixedZone, UTC, type Zone } from './time-zone.ts'
import { type GoTime, timeOf } from './time.ts'

/** Throws a GoError in Go's words. */
export function parseTime(layout: string, text: string, home: Zone): GoTime {
  return new Parser(layout, text, home).run()
}

class Parser {
  readonly #layout: string
  readonly #text: string
  readonly #home: Zone
  #rest: string
  #year = 0
  #month = -1
  #day = -1
  #yearDay = -1
  #hour = 0
  #minute = 0
  #second = 0
  #nanoseconds = 0
  #half: 'am' | 'pm' | null = null
  #zone: Zone | null = null
  #offset: number | null = null
  #zoneName = ''

  constructor(layout: string, text: string, home: Zone) {
    this.#layout = layout
    this.#text = text
    this.#home = home
    this.#rest = text
  }

  run(): GoTime {
    const parts = splitLayout(this.#layout)
    for (const [index, { prefix, element }] of parts.entries()) {
      this.#skip(prefix)
      if (element === null) break
      this.#read(element, parts[index + 1]?.element ?? '')
    }
    if (this.#rest !== '') throw this.#refuse(`: extra text: ${quoteBytes(this.#rest)}`)
    return this.#moment()
  }

  #refuse(message: string): GoError {
    return new GoError(`parsing time ${quoteBytes(this.#text)}${message}`)
  }

  #cannot(element: string): GoError {
    const as = ` as ${quoteBytes(this.#layout)}`
    return this.#refuse(`${as}: cannot parse ${quoteBytes(this.#rest)} as ${quoteBytes(element)}`)
  }

  #skip(prefix: string): void {
    for (let at = 0; at < prefix.length;) {
      if (prefix.charAt(at) === ' ') {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) throw this.#cannot(prefix.slice(at))
        while (prefix.charAt(at) === ' ') at++
        this.#rest = this.#rest.replace(/^ +/, '')
      } else if (this.#rest.charAt(0) === prefix.charAt(at) && this.#rest !== '') {
        this.#rest = this.#rest.slice(1)
        at++
      } else throw this.#cannot(prefix.slice(at))
    }
  }

  /** What a pattern matches at the front of the rest. */
  #take(pattern: RegExp, element: string): string {
    const match = pattern.exec(this.#rest)
    if (match === null) throw this.#cannot(element)
    this.#rest = this.#rest.slice(match[0].length)
    return match[0]
  }

  #number(element: string, isFixed: boolean): number {
    return Number(this.#take(isFixed ? /^\d\d/ : /^\d\d?/, element))
  }

  #inRange(value: number, min: number, max: number, what: string): number {
    if (value < min || value > max) throw this.#refuse(`: ${what} out of range`)
    return value
  }

  #name(names: readonly string[], length: number | undefined, element: string): number {
    const index = names.findIndex((name) => {
      const wanted = name.slice(0, length).toLowerCase()
      return this.#rest.slice(0, wanted.length).toLowerCase() === wanted
    })
    if (index < 0) throw this.#cannot(element)
    this.#rest = this.#rest.slice((names[index] ?? '').slice(0, length).length)
    return index
  }

  #read(element: string, next: string): void {
    switch (element) {
      case '2006':
        this.#year = Number(this.#take(/^\d{4}/, element))
        break
      case '06': {
        const year = this.#number(element, true)
        this.#year = year + (year >= 69 ? 1900 : 2000)
        break
      }
      case 'January':
      case 'Jan':
        this.#month = this.#name(MONTHS, element === 'Jan' ? 3 : undefined, element) + 1
        break
      case 'Monday':
      case 'Mon':
        this.#name(WEEKDAYS, element === 'Mon' ? 3 : undefined, element)
        break
      case '1':
      case '01':
        this.#month = this.#inRange(this.#number(element, element === '01'), 1, 12, 'month')
        break
      case '_2':
      case '2':
      case '02':
        if (element === '_2') this.#rest = this.#rest.replace(/^ /, '')
        this.#day = this.#number(element, element === '02')
        break
      case '__2':
      case '002':
        if (element === '__2') this.#rest = this.#rest.replace(/^ {1,2}/, '')
        this.#yearDay = Number(this.#take(element === '002' ? /^\d{3}/ : /^\d{1,3}/, element))
        break
      default:
        this.#readClock(element, next)
    }
  }

  #readClock(element: string, next: string): void {
    switch (element) {
      case '15':
        this.#hour = this.#inRange(this.#number(element, false), 0, 23, 'hour')
        break
      case '3':
      case '03':
        this.#hour = this.#inRange(this.#number(element, element === '03'), 0, 12, 'hour')
        break
      case '4':
      case '04':
        this.#minute = this.#inRange(this.#number(element, element === '04'), 0, 59, 'minute')
        break
      case '5':
      case '05':
        this.#second = this.#inRange(this.#number(element, element === '05'), 0, 59, 'second')
        // a fraction may follow without the layout saying so
        if (!/^[.,]/.test(next)) this.#nanoseconds = this.#fraction(/^[.,]\d+/) ?? this.#nanoseconds
        break
      case 'PM':
        this.#half = this.#take(/^(?:AM|PM)/, element) === 'PM' ? 'pm' : 'am'
        break
      case 'pm':
        this.#half = this.#take(/^(?:am|pm)/, element) === 'pm' ? 'pm' : 'am'
        break
      case 'MST':
        this.#readAbbreviation()
        break
      default:
        this.#readFine(element)
    }
  }

  #fraction(pattern: RegExp): number | null {
    const text = pattern.exec(this.#rest)?.[0]
    if (text === undefined) return null
    this.#rest = this.#rest.slice(text.length)
    return Number(text.slice(1, 10).padEnd(9, '0'))
  }

  #readFine(element: string): void {
    if (/^[.,]0/.test(element)) {
      const found = this.#fraction(new RegExp(`^[.,]\\d{${element.length - 1}}`))
      if (found === null) throw this.#cannot(element)
      this.#nanoseconds = found
    } else if (/^[.,]9/.test(element)) this.#nanoseconds = this.#fraction(/^[.,]\d+/) ?? this.#nanoseconds
    else this.#readOffset(element)
  }

  #readOffset(element: string): void {
    if (element.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1)
      this.#zone = UTC
      return
    }
    const shape = element.slice(1).replaceAll(/\d/g, String.raw`\d`)
    const [sign = '+', ...digits] = this.#take(new RegExp(`^[+-]${shape}`), element).replaceAll(':', '')
    const text = digits.join('').padEnd(6, '0')
    const [hours, minutes, seconds] = [text.slice(0, 2), text.slice(2, 4), text.slice(4)].map(Number)
    this.#inRange(hours ?? 0, 0, 24, 'time zone offset hour')
    this.#inRange(minutes ?? 0, 0, 60, 'time zone offset minute')
    const size = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)
    this.#offset = sign === '-' ? -size : size
  }

  #readAbbreviation(): void {
    if (this.#rest.startsWith('UTC')) {
      this.#rest = this.#rest.slice(3)
      this.#zone = UTC
      return
    }
    this.#zoneName = this.#take(/^(?:ChST|MeST|GMT[+-]\d{1,2}|GMT|[+-]\d\d(?:\d\d)?|[A-Z]{4}T|WITA|[A-Z]{3}T|[A-Z]{3}(?![A-Z]))/, 'MST')
  }

  #moment(): GoTime {
    if (this.#half === 'pm' && this.#hour < 12) this.#hour += 12
    if (this.#half === 'am' && this.#hour === 12) this.#hour = 0
    this.#resolveDay()
    const parts = {
      year: this.#year,
      month: this.#month,
      day: this.#day,
      hour: this.#hour,
      minute: this.#minute,
      second: this.#second,
    }
    if (this.#zone !== null) return timeOf(parts, this.#nanoseconds, this.#zone)
    if (this.#offset !== null) return this.#withOffset(timeOf(parts, this.#nanoseconds, UTC), this.#offset)
    if (this.#zoneName === '') return timeOf(parts, this.#nanoseconds, this.#home)
    const local = timeOf(parts, this.#nanoseconds, this.#home)
    if (this.#home.at(local.seconds).abbreviation === this.#zoneName) return local
    const hours = /^(?:GMT)?([+-]\d{1,2})/.exec(this.#zoneName)?.[1]
    return timeOf(parts, this.#nanoseconds, fixedZone(this.#zoneName, hours === undefined ? 0 : Number(hours) * 3600))
  }

  /** The home zone when it has this offset then. */
  #withOffset(clock: GoTime, offset: number): GoTime {
    const moment = clock.add(-BigInt(offset) * 1_000_000_000n)
    const facts = this.#home.at(moment.seconds)
    const isHome = facts.offset === offset && (this.#zoneName === '' || this.#zoneName === facts.abbreviation)
    return moment.in(isHome ? this.#home : fixedZone(this.#zoneName, offset))
  }

  #resolveDay(): void {
    const days = (month: number): number => new Date(Date.UTC(2000 + (this.#year % 400), month, 0)).getUTCDate()
    if (this.#yearDay >= 0) {
      const isLeap = days(2) === 29
      if (this.#yearDay < 1 || this.#yearDay > (isLeap ? 366 : 365)) throw this.#refuse(': day-of-year out of range')
      const date = new Date(Date.UTC(isLeap ? 2000 : 2001, 0, this.#yearDay))
      const isOther = (written: number, found: number): boolean => written >= 0 && written !== found
      if (isOther(this.#month, date.getUTCMonth() + 1)) throw this.#refuse(': day-of-year does not match month')
      if (isOther(this.#day, date.getUTCDate())) throw this.#refuse(': day-of-year does not match day')
      this.#month = date.getUTCMonth() + 1
      this.#day = date.getUTCDate()
      return
    }
    if (this.#month < 0) this.#month = 1
    if (this.#day < 0) this.#day = 1
    if (this.#day < 1 || this.#day > days(this.#month)) throw this.#refuse(': day out of range')
  }
}
