// Comparisons of JSON values that are exact and take no more than n log n steps. Knows nothing of schemas.

/** Whether a number is a multiple of another as decimals: 0.3 is one of 0.1. */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0
  if (!Number.isFinite(value)) return true
  const a = readDecimal(value)
  const b = readDecimal(divisor)
  const shift = Math.min(a.exponent, b.exponent)
  return (a.digits * 10n ** BigInt(a.exponent - shift)) % (b.digits * 10n ** BigInt(b.exponent - shift)) === 0n
}

/** The shortest decimal that is read as this number: what stood in the file, unless that had more digits than a double. */
function readDecimal(number: number): { digits: bigint; exponent: number } {
  const [mantissa = '', exponent = '0'] = String(number).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

/** Two positions with equal values, or null. security: comparing each with each would let a list of a megabyte run for hours. */
export function findDuplicates(items: readonly unknown[]): readonly [number, number] | null {
  const known = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    // security: Node.js hashes texts with a secret, but numbers and texts of digits without one: those can be made to collide
    const key = typeof item === 'number' ? `n${item}` : canonicalText(item)
    const earlier = known.get(key)
    if (earlier !== undefined) return [earlier, index]
    known.set(key, index)
  }
  return null
}

/** The same text for equal values, whatever the order of their keys. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value === Infinity ? '\u0000Infinity' : value)
  const object = value as Record<string, unknown>
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key])}`).join(',')}}`
}
