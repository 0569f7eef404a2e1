// The library `os`: only in states with open libraries.

import { renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { bytesOfText, textOfBytes } from './bytes.ts'
import { checkAny, checkInteger, checkString, optionalInteger, typeError } from './check.ts'
import type { Args } from './check.ts'
import { LuaStop } from './errors.ts'
import { strftime } from './go-date.ts'
import { fileErrorText } from './lib-load.ts'
import { parseNumber } from './parse-number.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, native } from './value.ts'
import type { Result, Value } from './value.ts'
import { toInt64 } from './arithmetic.ts'

const STARTED_AT = performance.now()
/** What a directive of a date costs, in steps. */
const DIRECTIVE_STEPS = 64

function date(thread: LuaThread, args: Args): Value {
  let format = args.length >= 1 ? checkString(thread, args, 0) : '%c'
  const isUtc = format.startsWith('!')
  format = format.replace(/^!+/, '')
  const at = new Date(args.length >= 2 ? checkInteger(thread, args, 1) * 1000 : thread.machine.host.now())
  if (Number.isNaN(at.getTime())) return thread.raise('time out of range')
  if (!format.startsWith('*t')) return formatDate(thread, format, at, isUtc)
  const parts = isUtc
    ? [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCDay()]
    : [at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds(), at.getDay()]
  const [year, month = 0, day, hour, min, sec, wday = 0] = parts
  // compat: the day of the year is 0 and there is no summer time, as in gopher-lua.
  return LuaTable.of({ year, month: month + 1, day, hour, min, sec, wday: wday + 1, yday: 0, isdst: false })
}

function formatDate(thread: LuaThread, format: string, at: Date, isUtc: boolean): string {
  let size = format.length
  const text = strftime(format, at, isUtc, (piece) => {
    thread.spend(DIRECTIVE_STEPS)
    size += piece.length
    if (size > thread.machine.maxStringLength) thread.madeString(size)
  })
  thread.madeString(size)
  return bytesOfText(text)
}

/** A field of the table given to `os.time`. */
function field(table: LuaTable, name: string, otherwise: number): number {
  const value = table.getString(name)
  if (typeof value === 'number') return toInt64(value)
  if (typeof value !== 'string') return otherwise
  let text = value.replace(/^ +/, '')
  if (/^0(?![xX])/.test(text)) {
    text = text.replace(/^0+/, '')
    if (text === '') return 0
  }
  const number = parseNumber(text)
  return number === undefined ? otherwise : toInt64(number)
}

function time(thread: LuaThread, args: Args): Value {
  if (args.length === 0 || checkAny(thread, args, 0) === undefined) return Math.floor(thread.machine.host.now() / 1000)
  const [table] = args
  if (!(table instanceof LuaTable)) return typeError(thread, args, 0, 'table')
  const at = new Date(2000, 0, 1)
  at.setFullYear(field(table, 'year', -1), field(table, 'month', -1) - 1, field(table, 'day', -1))
  at.setHours(field(table, 'hour', 12), field(table, 'min', 0), field(table, 'sec', 0))
  return Math.floor(at.getTime() / 1000)
}

function exit(thread: LuaThread, args: Args): never {
  const code = optionalInteger(thread, args, 0, 0)
  thread.machine.host.exit?.(code)
  throw new LuaStop('exit', `the script called os.exit(${code})`)
}

/** What Go says of a failed file operation. */
function attempt(work: () => void, what: string): Result {
  try {
    work()
    return true
  } catch (error) {
    return [undefined, `${what}: ${fileErrorText(error)}`]
  }
}

function removeFile(name: string): void {
  try {
    unlinkSync(name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EISDIR' || error.code === 'EPERM'))) throw error
    rmdirSync(name)
  }
}

/** A file that is not there yet. */
export function temporaryName(): string {
  return bytesOfText(join(tmpdir(), randomBytes(8).toString('hex')))
}

function setEnvironment(thread: LuaThread, args: Args): Result {
  const name = checkString(thread, args, 0)
  const value = checkString(thread, args, 1)
  const { host } = thread.machine
  if (host.setEnvironment === undefined) return [undefined, 'setenv: not permitted']
  host.setEnvironment(textOfBytes(name), textOfBytes(value))
  return true
}

export const OS: Readonly<Record<string, LuaFunction>> = {
  clock: native(() => (performance.now() - STARTED_AT) / 1000),
  date: native((thread, ...args) => date(thread, args)),
  difftime: native((thread, ...args) =>
    Number(BigInt.asIntN(64, BigInt(checkInteger(thread, args, 0)) - BigInt(checkInteger(thread, args, 1)))),
  ),
  execute: native((thread, ...args) => {
    const command = textOfBytes(checkString(thread, args, 0))
    // compat: a program that cannot be started is a 1, like one that failed.
    return thread.machine.host.execute?.(command, { capture: false }).status === 0 ? 0 : 1
  }),
  exit: native((thread, ...args) => exit(thread, args)),
  getenv: native((thread, ...args) => {
    const value = thread.machine.host.getEnvironment(textOfBytes(checkString(thread, args, 0)))
    return value === undefined || value === '' ? undefined : bytesOfText(value)
  }),
  remove: native((thread, ...args) => {
    const name = checkString(thread, args, 0)
    return attempt(() => removeFile(textOfBytes(name)), `remove ${name}`)
  }),
  rename: native((thread, ...args) => {
    const from = checkString(thread, args, 0)
    const to = checkString(thread, args, 1)
    return attempt(() => renameSync(textOfBytes(from), textOfBytes(to)), `rename ${from} ${to}`)
  }),
  setenv: native((thread, ...args) => setEnvironment(thread, args)),
  setlocale: native(() => false),
  time: native((thread, ...args) => time(thread, args)),
  tmpname: native(temporaryName),
}
