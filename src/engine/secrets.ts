// Keeps resolved secrets out of everything that is written: logs, error texts, bodies. Where a configuration is shown, references stand for them.

import type { Secrets } from '../config/types.ts'
import { percent } from '../go/url-escape.ts'

/** Shorter values are found everywhere by chance. */
const MIN_LENGTH = 6
const MASK = '***'
/** Longer ones (certificates, keys) are no patterns, which have a limit, and looked for in one percent-encoded form: nobody puts them into an address. */
const MAX_PATTERN = 1024

/** Puts `***` for every secret, also where any of it is percent-encoded, in base64 or in a JSON text; null where there is none. */
export function maskerOf({ values }: Secrets): ((text: string) => string) | null {
  const found = longestFirst(values.map(({ value }) => value)).filter((value) => value.length >= MIN_LENGTH)
  if (found.length === 0) return null
  const usual = found.filter((value) => value.length <= MAX_PATTERN)
  const pattern =
    usual.length === 0 ? null : new RegExp([...usual.map(percentPattern), patternOf(usual.flatMap(otherForms)).source].join('|'), 'g')
  const large = found.flatMap((value) =>
    value.length > MAX_PATTERN ? [...otherForms(value), encodeURIComponent(value.toWellFormed())] : [],
  )
  return function mask(text) {
    const masked = large.reduce((rest, form) => rest.replaceAll(form, MASK), text)
    return pattern === null ? masked : masked.replace(pattern, MASK)
  }
}

/** The same, which keeps texts as they are where there is none. */
export function textMasker(secrets: Secrets): (text: string) => string {
  return maskerOf(secrets) ?? ((text) => text)
}

/** Puts the reference for every secret, as it stands in the file. */
export function showReferences(text: string, { values }: Secrets): string {
  if (values.length === 0) return text
  const references = new Map(values.map(({ value, reference }) => [value, reference]))
  const show = (value: string): string => references.get(value) ?? value
  // An empty file is found nowhere.
  const found = longestFirst([...references.keys()]).filter((value) => value !== '')
  const usual = found.filter((value) => value.length <= MAX_PATTERN)
  const separators = [
    ...found.filter((value) => value.length > MAX_PATTERN),
    ...separatorOf(usual.filter((value) => value.length >= MIN_LENGTH)),
    // A short one counts only where it stands alone.
    ...separatorOf(
      usual.filter((value) => value.length < MIN_LENGTH),
      ['(?<![\\w$:{])', '(?![\\w}])'],
    ),
  ]
  /** What was put in is not looked at again: the name of a variable or file may have another's value. */
  function putIn(piece: string, [separator, ...others]: readonly (string | RegExp)[]): string {
    if (separator === undefined) return piece
    const pieces = piece.split(separator)
    if (typeof separator === 'string') return pieces.map((one) => putIn(one, others)).join(show(separator))
    return pieces.map((one, i) => (i % 2 === 1 ? show(one) : putIn(one, others))).join('')
  }
  return putIn(text, separators)
}

/** Splits a text so that every second piece is one of these; none where there are none. */
function separatorOf(values: readonly string[], [before, after] = ['', '']): RegExp[] {
  return values.length === 0 ? [] : [new RegExp(`${before}(${patternOf(values).source})${after}`)]
}

/** Each character as it is or percent-encoded: what is escaped in a path, a query and a form differs, and backends have their own ways. */
function percentPattern(value: string): string {
  return Array.from(value.toWellFormed(), (character) => {
    const escaped = Array.from(Buffer.from(character), (byte) => hexPattern(percent(byte))).join('')
    return `(?:${RegExp.escape(character)}|${escaped}${character === ' ' ? '|\\+' : ''})`
  }).join('')
}

/** `%C3` in either case. */
function hexPattern(escape: string): string {
  return escape.replaceAll(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`)
}

function otherForms(value: string): string[] {
  const bytes = Buffer.from(value)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [value, base64, bytes.toString('base64url'), JSON.stringify(value).slice(1, -1)]
}

function patternOf(texts: readonly string[]): RegExp {
  return new RegExp(
    longestFirst(texts)
      .map((text) => RegExp.escape(text))
      .join('|'),
    'g',
  )
}

/** One secret may begin another. */
function longestFirst(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => b.length - a.length)
}
