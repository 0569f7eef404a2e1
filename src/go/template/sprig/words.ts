// Words within a text: snake_case, kebab-case, CamelCase, and cases of first letters.

import {
  isLetter,
  isLower,
  isNumber,
  isPunct,
  isSpace,
  isTitle,
  isUpper,
  mapRunes,
  toLowerRune,
  toTitleRune,
  toUpperRune,
} from '../../unicode.ts'

type WordKind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other'

interface Word {
  readonly kind: WordKind
  readonly runes: readonly string[]
}

function isConnector(rune: string): boolean {
  return rune === '-' || rune === '_' || isSpace(rune)
}

/** Letters that words are made of: not those of Chinese. */
function isAlphabet(rune: string): boolean {
  return isLetter(rune) && !/^[\u3400-\u4D85\u4E00-\u9FCC\u{20000}-\u{2B81D}]$/u.test(rune)
}

function isSmall(rune: string): boolean {
  return isAlphabet(rune) && !isUpper(rune)
}

class WordReader {
  readonly #runes: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#runes = Array.from(text)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#runes.length
  }

  next(): Word {
    const [first] = this.#runes.slice(this.#at, this.#at + 1)
    if (first === undefined) return { kind: 'none', runes: [] }
    if (isConnector(first)) return this.#take('connector', this.#runOf(isConnector))
    if (isPunct(first)) return this.#take('punctuation', this.#runOf(isPunct))
    if (isUpper(first)) return this.#take('upper', this.#upperLength())
    if (isAlphabet(first)) return this.#take('alphabet', 1 + this.#runOf(isSmall, 1))
    if (isNumber(first)) return this.#take('number', this.#runOf(isNumber))
    const isOther = (rune: string): boolean => !isConnector(rune) && !isAlphabet(rune) && !isNumber(rune) && !isPunct(rune)
    return this.#take('other', 1 + this.#runOf(isOther, 1))
  }

  #take(kind: WordKind, length: number): Word {
    const runes = this.#runes.slice(this.#at, this.#at + length)
    this.#at += length
    return { kind, runes }
  }

  #runOf(test: (rune: string) => boolean, from = 0): number {
    const start = this.#at + from
    let end = start
    for (let rune = this.#runes[end]; rune !== undefined && test(rune); rune = this.#runes[end]) end++
    return end - start
  }

  /** `HTTP` of `HTTPServer`, `Server` of `ServerName`. */
  #upperLength(): number {
    const capitals = this.#runOf(isUpper)
    const behind = this.#runes[this.#at + capitals]
    if (capitals === 1) return 1 + this.#runOf(isSmall, 1)
    return behind !== undefined && isAlphabet(behind) ? capitals - 1 : capitals
  }
}

/** `HTTPServer2` becomes `http_server2`. */
export function lowerCaseWords(text: string, connector: string): string {
  const reader = new WordReader(text)
  let result = ''
  const write = ({ kind, runes }: Word): void => {
    if (kind === 'connector') result += connector.repeat(runes.length)
    else result += kind === 'upper' ? runes.map((rune) => (isConnector(rune) ? connector : toLowerRune(rune))).join('') : runes.join('')
  }
  /** Numbers and small letters that follow each other are one word. */
  const writeMixed = (first: Word): Word => {
    let word = first
    for (; word.kind === 'alphabet' || word.kind === 'number'; word = reader.next()) write(word)
    return word
  }
  const separates = ({ kind }: Word): boolean => kind !== 'none' && kind !== 'punctuation' && kind !== 'connector'
  let word = reader.next()
  while (!reader.isAtEnd) {
    if (word.kind !== 'connector') write(word)
    const last = word
    word = reader.next()
    if (last.kind === 'connector') write(last)
    else if (last.kind === 'number') {
      word = writeMixed(word)
      if (separates(word)) result += connector
    } else if (last.kind !== 'punctuation') {
      if (word.kind !== 'number') {
        if (separates(word)) result += connector
        continue
      }
      if (reader.isAtEnd) continue
      const number = word
      word = reader.next()
      if (word.kind === 'alphabet') {
        result += connector
        write(number)
        word = writeMixed(word)
      } else write(number)
      if (separates(word)) result += connector
    }
  }
  write(word)
  return result
}

/** `http_server` becomes `HttpServer`; connectors at the front stay. */
export function camelCase(text: string): string {
  const runes = Array.from(text)
  const start = runes.findIndex((rune) => !isConnector(rune))
  // compat: where there is nothing else, the last one is there twice
  if (start < 0) return text + (runes.at(-1) ?? '')
  let result = runes.slice(0, start).join('')
  let current = toUpperRune(runes[start] ?? '')
  /** Capitals that follow a capital become small. */
  let isAfterUpper = isUpper(runes[start] ?? '')
  for (const rune of runes.slice(start + 1)) {
    const before = current
    current = rune
    if (isConnector(rune) && isConnector(before)) result += before
    else if (isConnector(before)) {
      isAfterUpper = isUpper(rune)
      current = toUpperRune(rune)
    } else {
      if (isAfterUpper) {
        if (isUpper(rune)) current = toLowerRune(rune)
        else isAfterUpper = false
      }
      result += before
    }
  }
  return result + current
}

/** The first letter of each word becomes small. */
export function uncapitalize(text: string): string {
  let starts = true
  return mapRunes(text, (rune) => {
    const isFirst = starts && !isSpace(rune)
    starts = isSpace(rune) || (starts && !isFirst)
    return isFirst ? toLowerRune(rune) : rune
  })
}

/** Capitals become small; small letters capitals, at the start of a word title case. */
export function swapCase(text: string): string {
  let starts = true
  return mapRunes(text, (rune) => {
    if (isUpper(rune) || isTitle(rune)) {
      starts = false
      return toLowerRune(rune)
    }
    if (!isLower(rune)) {
      starts = isSpace(rune)
      return rune
    }
    const isFirst = starts
    starts = false
    return isFirst ? toTitleRune(rune) : toUpperRune(rune)
  })
}
