// Values of the parameters of URLs, read as gocloud reads them.

import { quote } from '../../go/quote.ts'
import { type Address, parameterOf } from './address.ts'
import { OpenError } from './scheme.ts'

/** Go's ParseBool; what is not said is false. */
const TRUE = /^(?:1|t|T|true|TRUE|True)$/
const FALSE = /^(?:|0|f|F|false|FALSE|False)$/

/** Throws an OpenError for what is neither true nor false. */
export function readFlag(address: Address, name: string): boolean {
  const text = parameterOf(address, name)
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
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
