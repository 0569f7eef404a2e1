// A double in Go's shortest form. Knows nothing of formats.

/** Go's `%g` with the fewest digits: an exponent below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`
}
