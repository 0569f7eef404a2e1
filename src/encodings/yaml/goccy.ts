// When a text needs quotes in YAML, by the rules of goccy/go-yaml (KrakenD 2.13.2 and later). Knows nothing of structure.

import { quote } from '../../go/quote.ts'
import { JsonNumber, TypedNumber } from '../../json/types.ts'
import { formatNumber } from '../../go/number.ts'
import type { Scalars } from './render-yaml.ts'

const KEYWORDS = new Set(
  ['null Null NULL ~ true True TRUE false False FALSE', 'y Y yes Yes YES n N no No NO on On ON off Off OFF'].join(' ').split(' '),
)
const RESERVED_START = /^[*&[{}\],!|>%'"@ `]/
const RESERVED_END = /[: ]$/
const RESERVED_INSIDE = /[#\\]|[:-] /

export const goccyScalars: Scalars = {
  indentsBlanks: true,
  text(text) {
    if (needsQuotes(text)) return quote(text)
    if (!/[\n\r]/.test(text)) return text
    // A block cannot keep carriage returns, nor a first line that is indented: escapes do, where KrakenD's output is broken.
    return text.includes('\r') || /^\n+ /.test(text) ? quote(text) : null
  },
  number(value) {
    const text = value instanceof JsonNumber ? value.text : String(value)
    if (value instanceof TypedNumber) return value.type === 'int' ? text : writeFloat(Number(text))
    return needsQuotes(text) ? `"${text}"` : text
  },
}

/** compat: a whole number gets `.0`, unless it is written with an exponent. */
function writeFloat(value: number): string {
  const text = formatNumber(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function needsQuotes(text: string): boolean {
  return (
    text === '' ||
    text === '-' ||
    KEYWORDS.has(text) ||
    RESERVED_START.test(text) ||
    RESERVED_END.test(text) ||
    RESERVED_INSIDE.test(text) ||
    looksLikeNumber(text) ||
    looksLikeTime(text)
  )
}

/** compat: `1e3` is no number to it, `12_3`, `0x1F`, `0b1` and `017` are. */
export function looksLikeNumber(text: string): boolean {
  if (text.startsWith('_')) return false
  const isNegative = text.startsWith('-')
  const digits = text.replace(/^\+/, '').replace(/^-/, '').replaceAll('_', '')
  if (digits.startsWith('0x')) return /^[\da-f]+$/i.test(digits.slice(2))
  if (digits.startsWith('0o')) return /^[0-7]+$/.test(digits.slice(2))
  if (digits.startsWith('0b')) return /^[01]+$/.test(digits.slice(2))
  if (!digits.includes('.')) return digits.startsWith('0') && digits.length > 1 ? /^[0-7]+$/.test(digits) : /^\d+$/.test(digits)
  return /^[+-]?(\d+\.\d*|\.\d+)(e[+-]?\d+)?$/i.test(isNegative ? `-${digits}` : digits)
}

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:$|(?:[Tt](?=.*(?:Z|[+-]\d\d:\d\d)$)| (?=\d\d?:\d\d:\d\d(?:[.,]\d+)?$))(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)?$)/
const CLOCK = /^(\d\d?):(\d\d?)$/

function looksLikeTime(text: string): boolean {
  const clock = CLOCK.exec(text)
  if (clock !== null) return Number(clock[1]) < 24 && Number(clock[2]) < 60
  const date = DATE.exec(text)
  if (date === null) return false
  const [year, month, day, hour, minute, second] = date.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour > 23 || minute > 59 || second > 59) return false
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
