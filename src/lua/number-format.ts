// Number → text as gopher-lua prints it, and the text of any value without metamethods. Pure.

import { isInt64 } from './arithmetic.ts'
import type { Value } from './value.ts'
import { LuaTable } from './table.ts'
import { LuaChannel, LuaFunction, LuaUserData } from './value.ts'

/** An integer while it fits int64, else Go's `%v`. */
export function formatNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value)
  return isInt64(value) ? BigInt(value).toString() : formatFloat(value)
}

/** Go's `%v` of a float64: shortest digits, with an exponent from 1e+06 up and below 1e-04. */
export function formatFloat(value: number): string {
  if (value !== value) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return plain(digits, exponent)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function plain(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

const ADDRESSES = new WeakMap<object, number>()
let lastAddress = 0xc000010000

/** A number that names an object: looks like Go's addresses, says nothing of memory. */
function addressOf(object: object): string {
  let address = ADDRESSES.get(object)
  if (address === undefined) {
    address = lastAddress += 0x40
    ADDRESSES.set(object, address)
  }
  return `0x${address.toString(16)}`
}

export function textOfValue(value: Value): string {
  switch (typeof value) {
    case 'undefined':
      return 'nil'
    case 'string':
      return value
    case 'number':
      return formatNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return `${kindOf(value)}: ${addressOf(value)}`
  }
}

function kindOf(value: object): string {
  if (value instanceof LuaTable) return 'table'
  if (value instanceof LuaFunction) return 'function'
  if (value instanceof LuaUserData) return 'userdata'
  return value instanceof LuaChannel ? 'channel' : 'thread'
}
