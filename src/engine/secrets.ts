// Keeps resolved secrets out of everything that is written: logs, error texts, bodies. Where a configuration is shown, references stand for them.

import type { Secrets } from '../config/types.ts'

/** Shorter values are found everywhere by chance. */
const MIN_LENGTH = 6
const MASK = '***'

/** Puts `***` for every secret, also where it is percent-encoded, in base64 or in a JSON text; null where there is none. */
export function maskerOf({ values }: Secrets): ((text: string) => string) | null {
  const forms = values.filter(({ value }) => value.length >= MIN_LENGTH).flatMap(({ value }) => formsOf(value))
  if (forms.length === 0) return null
  const pattern = patternOf(forms)
  return function mask(text) {
    return text.replace(pattern, MASK)
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
  const long = [...references.keys()].filter((value) => value.length >= MIN_LENGTH)
  // A short one counts only where it stands alone.
  const short = [...references.keys()].filter((value) => value.length < MIN_LENGTH)
  const show = (value: string): string => references.get(value) ?? value
  const once = long.length === 0 ? text : text.replace(patternOf(long), show)
  return short.length === 0 ? once : once.replace(new RegExp(`(?<![\\w$:{])(?:${patternOf(short).source})(?![\\w}])`, 'g'), show)
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const percent = encodeURIComponent(value.toWellFormed())
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [value, percent, percent.replaceAll('%20', '+'), base64, bytes.toString('base64url'), JSON.stringify(value).slice(1, -1)]
}

/** The longest first: one secret may begin another. */
function patternOf(texts: readonly string[]): RegExp {
  const sorted = [...new Set(texts)].sort((a, b) => b.length - a.length)
  return new RegExp(sorted.map((text) => RegExp.escape(text)).join('|'), 'g')
}
