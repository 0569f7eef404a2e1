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
