// Values of the parameters of URLs, read as gocloud reads them.

import { parseBool } from '../../go/bool.ts'
import { quote } from '../../go/quote.ts'
import { type Address, parameterOf } from './address.ts'
import { OpenError } from './scheme.ts'

/** What is not said is false; `bare`: what a name without a value means. Throws an OpenError for what is neither true nor false. */
export function readFlag(address: Address, name: string, bare = false): boolean {
  if (!address.parameters.has(name)) return false
  const text = parameterOf(address, name)
  const flag = text === '' ? bare : parseBool(text)
  if (flag !== null) return flag
  throw new OpenError(`open ${address.url}: invalid value of ${name}: ${quote(text)}`)
}

/** A number from 1 to `most`; null where nobody says. Throws an OpenError. */
export function readCount(address: Address, name: string, most: number): number | null {
  const text = parameterOf(address, name)
  if (!address.parameters.has(name)) return null
  const count = Number(text)
  if (/^\+?\d+$/.test(text) && count >= 1 && count <= most) return count
  throw new OpenError(`open ${address.url}: invalid value of ${name}: ${quote(text)} is no number from 1 to ${most}`)
}
