// Go's questions about single characters: package unicode.

const LETTER = /^\p{L}$/u
const DIGIT = /^\p{Nd}$/u
const NUMBER = /^\p{N}$/u
const UPPER = /^\p{Lu}$/u
const LOWER = /^\p{Ll}$/u
const TITLE = /^\p{Lt}$/u
const PUNCT = /^\p{P}$/u
/** `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the blank. */
const PRINT = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const SPACE = /^[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]$/u

export const isLetter = (character: string): boolean => LETTER.test(character)
export const isDigit = (character: string): boolean => DIGIT.test(character)
export const isNumber = (character: string): boolean => NUMBER.test(character)
export const isUpper = (character: string): boolean => UPPER.test(character)
export const isLower = (character: string): boolean => LOWER.test(character)
export const isTitle = (character: string): boolean => TITLE.test(character)
export const isPunct = (character: string): boolean => PUNCT.test(character)
export const isPrint = (character: string): boolean => PRINT.test(character)
export const isSpace = (character: string): boolean => SPACE.test(character)

/** One rune becomes one rune: `ß` has no upper case here. */
export function toUpperRune(character: string): string {
  const upper = character.toUpperCase()
  return isSingle(upper) ? upper : character
}

export function toLowerRune(character: string): string {
  const lower = character.toLowerCase()
  if (isSingle(lower)) return lower
  // İ: Go maps it to i, JavaScript to i and a dot above
  return character === '\u0130' ? 'i' : character
}

/** Runes whose title case is not their upper case: the digraphs. */
const TITLE_CASE: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
}

export function toTitleRune(character: string): string {
  return TITLE_CASE[character] ?? toUpperRune(character)
}

/** As strings.Map: a byte that is no UTF-8 becomes U+FFFD. */
export function mapRunes(text: string, change: (character: string) => string): string {
  return Array.from(text.toWellFormed(), change).join('')
}

function isSingle(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff)
}
