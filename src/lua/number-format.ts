// Number → text as gopher-lua prints it, and the text of any value without metamethods. Pure.

import { formatNumber as formatFloat } from '../go/number.ts'
import { isInt64 } from './arithmetic.ts'
import type { Value } from './value.ts'
import { LuaTable } from './table.ts'
import { LuaChannel, LuaFunction, LuaUserData } from './value.ts'

/** An integer while it fits int64, else Go's `%v`. */
export function formatNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value)
  return isInt64(value) ? BigInt(value).toString() : formatFloat(value)
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
