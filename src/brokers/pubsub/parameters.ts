// Values of the parameters of URLs, read as gocloud reads them.

import { parseBool } from '../../go/bool.ts'
import { quote } from '../../go/quote.ts'
import { type Address, parameterOf } from './address.ts'
import { OpenError } from './scheme.ts'

/** What is not said is false; `bare`: what a name without a value means. Throws an OpenError for what is neither true nor false. */
export function readFlag(address: Address, name: string, bare = false): boolean {
  const values = address.parameters.get(name)
  if (values === undefined) return false
  if (values.length > 1) throw new OpenError(`open ${address.url}: ${name} stands there more than once`)
  const text = parameterOf(address, name)
  const flag = text === '' ? bare : parseBool(text)
  if (flag !== null) return flag
  throw new OpenError(`open ${address.url}: invalid value of ${name}: ${quote(text)}`)
}

/** A parameter that may stand once; null where it does not stand. Throws an OpenError, also for one without a value. */
export function readOnly({ url, parameters }: Address, name: string): string | null {
  const values = parameters.get(name)
  if (values === undefined) return null
  const [value] = values
  if (values.length !== 1 || value === undefined || value === '') throw new OpenError(`open ${url}: invalid query parameter ${quote(name)}`)
  return value
}

/** A number from 1 to `most`; null where nobody says. Throws an OpenError. */
export function readCount(address: Address, name: string, most: number): number | null {
  const text = parameterOf(address, name)
  if (!address.parameters.has(name)) return null
  const count = Number(text)
  if (/^\+?\d+$/.test(text) && count >= 1 && count <= most) return count
  throw new OpenError(`open ${address.url}: invalid value of ${name}: ${quote(text)} is no number from 1 to ${most}`)
}
