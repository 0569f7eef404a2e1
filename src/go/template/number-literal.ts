// Numbers in templates: what one can be taken for is decided where it is used, as with Go's untyped constants.

import { MAX_INT64, MAX_UINT64, MIN_INT64, parseFloat64, parseInt64, parseUint64 } from '../number.ts'
import { quote, unquoteRune } from '../quote.ts'
import { GoComplex } from '../value.ts'

export interface NumberLiteral {
  readonly source: string
  /** Null: it is none of the kind. */
  readonly int: bigint | null
  readonly uint: bigint | null
  readonly float: number | null
  readonly complex: GoComplex | null
}

/** A literal, or the message of why it is none. */
export function readNumber(source: string, kind: 'rune' | 'complex' | 'number'): NumberLiteral | string {
  if (kind === 'rune') return readRune(source)
  if (kind === 'complex') return readComplex(source)
  if (source.endsWith('i')) {
    const imaginary = parseFloat64(source.slice(0, -1))
    if (imaginary !== null) return simplify(source, new GoComplex(0, imaginary))
  }
  const uint = parseUint64(source, 0)
  const int = parseInt64(source, 0)
  if (int !== null) return { source, int, uint: uint ?? (int === 0n ? 0n : null), float: Number(int), complex: null }
  if (uint !== null) return { source, int: null, uint, float: Number(uint), complex: null }
  const float = parseFloat64(source)
  if (float === null) return `illegal number syntax: ${quote(source)}`
  if (!/[.eEpP]/.test(source)) return `integer overflow: ${quote(source)}`
  return { source, ...wholeParts(float), float, complex: null }
}

function wholeParts(float: number): Pick<NumberLiteral, 'int' | 'uint'> {
  if (!Number.isInteger(float)) return { int: null, uint: null }
  const whole = BigInt(float)
  return { int: whole <= MAX_INT64 && whole >= MIN_INT64 ? whole : null, uint: whole >= 0n && whole <= MAX_UINT64 ? whole : null }
}

function readRune(source: string): NumberLiteral | string {
  const rune = unquoteRune(source)
  if (rune === null) return 'invalid syntax'
  if (rune.tail !== "'") return `malformed character constant: ${source}`
  return { source, int: BigInt(rune.code), uint: BigInt(rune.code), float: rune.code, complex: null }
}

function readComplex(source: string): NumberLiteral | string {
  const match = /^(.*[^eEpP])([+-].*)i$/.exec(source)
  const real = parseFloat64(match?.[1] ?? '')
  const imaginary = parseFloat64(match?.[2] ?? '')
  if (real === null || imaginary === null) return 'syntax error scanning complex number'
  return simplify(source, new GoComplex(real, imaginary))
}

function simplify(source: string, complex: GoComplex): NumberLiteral {
  if (complex.imaginary !== 0) return { source, int: null, uint: null, float: null, complex }
  return { source, ...wholeParts(complex.real), float: complex.real, complex }
}
