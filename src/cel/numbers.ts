// Doubles as Go reads and writes them.

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?$/
const HEXADECIMAL = /^([+-]?)0[xX]_?([\da-fA-F]*(?:_[\da-fA-F]+)*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d+)$/
const INFINITE = /^[+-]?inf(?:inity)?$/i

/** The double of a text in Go's syntax; null when it is none, or beyond a double's range. */
export function parseDouble(text: string): number | null {
  if (DECIMAL.test(text)) return finite(Number(text.replaceAll('_', '')))
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const hexadecimal = HEXADECIMAL.exec(text)
  return hexadecimal === null ? null : parseHexadecimal(hexadecimal)
}

function parseHexadecimal([, sign, whole = '', fraction = '', exponent]: RegExpExecArray): number | null {
  const digits = whole.replaceAll('_', '') + fraction
  if (digits === '') return null
  const value = finite(Number(BigInt(`0x${digits}`)) * 2 ** (Number(exponent) - 4 * fraction.length))
  return value !== null && sign === '-' ? -value : value
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Beyond these powers of ten Go writes an exponent. */
const LEAST_POWER = -4
const MOST_POWER = 6

/** The shortest text that is read as the same double: `1.5`, `1e+20`, `NaN`. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  if (exponent >= LEAST_POWER && exponent < MOST_POWER) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
