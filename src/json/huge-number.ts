// Numbers that no double holds, which Go's decoder refuses and JSON.parse makes infinite.

const NUMBER = /"(?:[^"\\]|\\[^])*"|-?\d[\d.eE+-]*/g
/** perf: what has neither a large exponent nor hundreds of digits overflows nothing. */
const SUSPICIOUS = /[eE]\+?\d{3}|\d{200}/

export interface HugeNumber {
  readonly token: string
  readonly offset: number
}

/** The first one in a text that is valid JSON. */
export function findHugeNumber(text: string): HugeNumber | null {
  if (!SUSPICIOUS.test(text)) return null
  for (const { 0: token, index } of text.matchAll(NUMBER)) {
    if (!token.startsWith('"') && !Number.isFinite(Number(token))) return { token, offset: index }
  }
  return null
}

/** In Go's words. */
export function explainHugeNumber({ token }: HugeNumber): string {
  return `json: cannot unmarshal number ${token} into Go value of type float64`
}
