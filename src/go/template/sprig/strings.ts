// sprig's text functions. Lengths and offsets count bytes, as in Go.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { sprintf } from '../../format.ts'
import { quote } from '../../quote.ts'
import { byteLength, compareText, decodeText, encodeText, sliceBytes } from '../../text.ts'
import { isDigit, isLetter, isSpace, mapRunes, toLowerRune, toTitleRune, toUpperRune } from '../../unicode.ts'
import { GoMap, GoSlice, strings } from '../../value.ts'
import { toText, toTexts } from './cast.ts'
import { MAX_TEXT, randomBelow, type SprigHost } from './host.ts'
import { camelCase, lowerCaseWords, swapCase, uncapitalize } from './words.ts'
import { abbreviate, wrap } from './wrap.ts'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const ALPHA = LOWER.toUpperCase() + LOWER
const DIGITS = '0123456789'
const ASCII = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => index + 32))

export function stringFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const random = (alphabet: string): GoFunction => {
    return fn(['int'], (count) =>
      Array.from({ length: bounded(count) }, () => alphabet.charAt(randomBelow(alphabet.length, host))).join(''),
    )
  }
  return {
    ...shaping,
    ...testing,
    ...listing,
    randAlphaNum: random(ALPHA + DIGITS),
    randAlpha: random(ALPHA),
    randNumeric: random(DIGITS),
    randAscii: random(ASCII),
    shuffle: fn(['string'], (text) => {
      const runes = Array.from(text)
      for (let at = runes.length - 1; at > 0; at--) {
        const other = randomBelow(at + 1, host)
        ;[runes[at], runes[other]] = [runes[other] ?? '', runes[at] ?? '']
      }
      return runes.join('')
    }),
  }
}

function bounded(count: number): number {
  if (count > MAX_TEXT) throw new GoError(`a text of ${count} bytes: at most ${MAX_TEXT} are made`)
  return Math.max(count, 0)
}

const trimAll = fn(['string', 'string'], (cutset, text) => {
  const cut = new Set(cutset)
  const runes = Array.from(text)
  const start = runes.findIndex((rune) => !cut.has(rune))
  return start < 0 ? '' : runes.slice(start, runes.findLastIndex((rune) => !cut.has(rune)) + 1).join('')
})

const shaping: Readonly<Record<string, GoFunction>> = {
  trim: fn(['string'], trimSpace),
  trimAll,
  trimall: trimAll,
  trimPrefix: fn(['string', 'string'], (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimSuffix: fn(['string', 'string'], (suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  upper: fn(['string'], (text) => mapRunes(text, toUpperRune)),
  lower: fn(['string'], (text) => mapRunes(text, toLowerRune)),
  title: fn(['string'], title),
  untitle: fn(['string'], uncapitalize),
  swapcase: fn(['string'], swapCase),
  nospace: fn(['string'], (text) => {
    const bytes = Array.from(encodeText(text), (byte) => String.fromCharCode(byte))
    const kept = bytes.filter((byte) => !isSpace(byte))
    // compat: bytes beyond ASCII become characters of their own as soon as something is cut
    return kept.length === bytes.length ? text : kept.join('')
  }),
  initials: fn(['string'], (text) => {
    const bytes = Array.from(encodeText(text), (byte) => String.fromCharCode(byte))
    return bytes.filter((byte, index) => !isSpace(byte) && (index === 0 || isSpace(bytes[index - 1] ?? ' '))).join('')
  }),
  snakecase: fn(['string'], (text) => lowerCaseWords(text, '_')),
  kebabcase: fn(['string'], (text) => lowerCaseWords(text, '-')),
  camelcase: fn(['string'], camelCase),
  repeat: fn(['int', 'string'], (count, text) => {
    if (count < 0) throw new GoError('strings: negative Repeat count')
    if (count * text.length > MAX_TEXT) throw new GoError('strings: Repeat output length overflow')
    return text.repeat(count)
  }),
  substr: fn(['int', 'int', 'string'], substring),
  trunc: fn(['int', 'string'], (size, text) => {
    const length = byteLength(text)
    if (size < 0) return length + size > 0 ? sliceBytes(text, length + size) : text
    return length > size ? sliceBytes(text, 0, size) : text
  }),
  abbrev: fn(['int', 'string'], (width, text) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: fn(['int', 'int', 'string'], (left, right, text) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  wrap: fn(['int', 'string'], (width, text) => wrap(text, width, '', false)),
  wrapWith: fn(['int', 'string', 'string'], (width, separator, text) => wrap(text, width, separator, true)),
  indent: fn(['int', 'string'], indent),
  nindent: fn(['int', 'string'], (spaces, text) => `\n${indent(spaces, text)}`),
  replace: fn(['string', 'string', 'string'], (old, replacement, text) => {
    if (old !== '') return text.split(old).join(replacement)
    return replacement + Array.from(text, (rune) => rune + replacement).join('')
  }),
  plural: fn(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
}

const testing: Readonly<Record<string, GoFunction>> = {
  hello: fn([], () => 'Hello!'),
  contains: fn(['string', 'string'], (part, text) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], (suffix, text) => text.endsWith(suffix)),
  quote: fn(['...any'], (...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => quote(toText(value)))
      .join(' '),
  ),
  squote: fn(['...any'], (...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => sprintf("'%v'", [value]))
      .join(' '),
  ),
  cat: fn(['...any'], (...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => sprintf('%v', [value]))
      .join(' '),
  ),
  toString: fn(['any'], toText),
}

const listing: Readonly<Record<string, GoFunction>> = {
  split: fn(['string', 'string'], (separator, text) => numbered(splitText(text, separator, -1))),
  splitn: fn(['string', 'int', 'string'], (separator, count, text) => numbered(splitText(text, separator, count))),
  splitList: fn(['string', 'string'], (separator, text) => strings(splitText(text, separator, -1))),
  join: fn(['string', 'any'], (separator, value) => toTexts(value).join(separator)),
  toStrings: fn(['any'], (value) => strings(toTexts(value))),
  sortAlpha: fn(['any'], (value) => strings(value instanceof GoSlice ? toTexts(value).sort(compareText) : [toText(value)])),
}

function trimSpace(text: string): string {
  const runes = Array.from(text)
  const start = runes.findIndex((rune) => !isSpace(rune))
  return start < 0 ? '' : runes.slice(start, runes.findLastIndex((rune) => !isSpace(rune)) + 1).join('')
}

function title(text: string): string {
  let before = ' '
  return mapRunes(text, (rune) => {
    const starts = isSeparator(before)
    before = rune
    return starts ? toTitleRune(rune) : rune
  })
}

function isSeparator(rune: string): boolean {
  if (rune < '\u0080') return !/\w/.test(rune)
  return !isLetter(rune) && !isDigit(rune) && isSpace(rune)
}

function indent(spaces: number, text: string): string {
  if (spaces < 0) throw new GoError('strings: negative Repeat count')
  const lines = text.split('\n')
  if (spaces * lines.length > MAX_TEXT) throw new GoError('strings: Repeat output length overflow')
  return lines.map((line) => ' '.repeat(spaces) + line).join('\n')
}

function substring(start: number, end: number, text: string): string {
  const bytes = encodeText(text)
  const { length } = bytes
  const out = (range: string): GoError => new GoError(`runtime error: slice bounds out of range ${range}`)
  if (start < 0) {
    if (end < 0) throw out(`[:${end}]`)
    if (end > length) throw out(`[:${end}] with length ${length}`)
    return decodeText(bytes.subarray(0, end))
  }
  const stop = end < 0 || end > length ? length : end
  if (start > stop) throw out(`[${start}:${stop}]`)
  return decodeText(bytes.subarray(start, stop))
}

/** strings.SplitN: an empty separator cuts between characters. */
function splitText(text: string, separator: string, count: number): string[] {
  if (count === 0) return []
  const parts = separator === '' ? Array.from(text) : text.split(separator)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

/** `_0`, `_1` … */
function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, index) => [`_${index}`, part])), 'string')
}
