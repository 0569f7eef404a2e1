// YAML as Go's yaml.v3 reads it. Knows no configuration.

import { type Document, type DocumentOptions, parseDocument, type ParseOptions, type ScalarTag, type SchemaOptions, visit } from 'yaml'
import { GoError } from '../../go/function.ts'
import { parseFloat64, parseInt64, parseUint64 } from '../../go/number.ts'
import { parseTime } from '../../go/time-parse.ts'
import { formatTime } from '../../go/time-layout.ts'
import { UTC } from '../../go/time-zone.ts'
import { positionsOf } from '../../schema/positions.ts'
import { FormatError } from './format-error.ts'

const timestampTag = 'tag:yaml.org,2002:timestamp'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** A quoted text with its quotes. */
const QUOTED = /^(?:"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*')/
const numberTag = 'tag:yaml.org,2002:float'

/** As yaml.v3 has them in its `resolve`. */
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const DATE = /^\d{4}-/
const TIME_LAYOUTS = ['2006-1-2T15:4:5.999999999Z07:00', '2006-1-2t15:4:5.999999999Z07:00', '2006-1-2 15:4:5.999999999', '2006-1-2']
const RFC_3339 = '2006-01-02T15:04:05.999999999Z07:00'

/** `017`, `1_000`, `-0x1F`, `0b11`: numbers for Go, and texts or other numbers for YAML 1.2. What is none is a text. */
const goNumber: ScalarTag = {
  tag: numberTag,
  default: true,
  test: /^(?![-+]?\.(?:inf|nan)$)[-+.0-9]/i,
  resolve: (text) => readNumber(text) ?? text,
}

function readNumber(text: string): number | bigint | null {
  if (text.startsWith('.')) return parseFloat64(text)
  const plain = text.replaceAll('_', '')
  const whole = parseInt64(plain, 0) ?? parseUint64(plain, 0)
  if (whole !== null) return whole
  return DECIMAL.test(plain) ? parseFloat64(plain) : null
}

/** compat: dates become texts in RFC 3339; one with a blank before its zone stays as it is. */
const goTimestamp: ScalarTag = {
  tag: timestampTag,
  default: true,
  test: DATE,
  resolve: (text) => readDate(text) ?? text,
}

function readDate(text: string): string | null {
  for (const layout of TIME_LAYOUTS) {
    try {
      return formatTime(parseTime(layout, text, UTC), RFC_3339)
    } catch (error) {
      if (!(error instanceof GoError)) throw error
    }
  }
  return null
}

/** `!!float 3`: what an integer looks like is a float where its tag says so. */
const goFloat: ScalarTag = {
  tag: numberTag,
  resolve(text, onError) {
    const plain = text.replaceAll('_', '').toLowerCase()
    const infinity = /^([-+]?)\.inf$/.exec(plain)
    if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
    const value = plain === '' ? Number.NaN : Number(plain)
    if (Number.isNaN(value) && plain !== '.nan') onError(`cannot decode !!str \`${text}\` as a !!float`)
    return value
  },
}

/** compat: a text, whatever its bytes are. */
const goBinary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve(text, onError) {
    const plain = text.replaceAll(/[\r\n]/g, '')
    if (!BASE64.test(plain)) onError('!!binary value contains invalid base64 data')
    return Buffer.from(plain, 'base64').toString('utf8')
  },
}

const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'core',
  merge: true,
  intAsBigInt: true,
  customTags: (tags) => [goTimestamp, goNumber, goFloat, goBinary, ...tags],
  prettyErrors: false,
  logLevel: 'silent',
}

/** The object of a YAML text; an empty text is `{}`. Integers that a number cannot hold are bigints. Throws a FormatError. */
export function parseYaml(text: string): unknown {
  const { document, parsed } = parseLenient(text)
  // compat: of several documents the first one counts
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
  if (error !== undefined) throw new FormatError(`yaml: ${error.message}`, positionsOf(parsed)(error.pos[0]))
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 10_000, reviver: narrowSafe }) as unknown
  } catch (failure) {
    throw new FormatError(`yaml: ${failure instanceof Error ? failure.message : String(failure)}`)
  }
  if (value === null || value === undefined) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw new FormatError('yaml: unmarshal errors: the top level is no mapping', null, 'the file must be a mapping: key: value')
}

/** compat: yaml.v3 does not mind where the lines of a quoted text begin. Indented, they are the same text for this parser. */
function parseLenient(text: string): { document: Document; parsed: string } {
  const document = parseDocument(text, OPTIONS)
  const [error] = document.errors
  const start = error?.code === 'MISSING_CHAR' ? startOfQuote(document, error.pos[0]) : null
  const [quoted] = (start === null ? null : QUOTED.exec(text.slice(start))) ?? []
  if (start === null || quoted === undefined) return { document, parsed: text }
  const indented = quoted.replaceAll(/\n */g, `\n${' '.repeat(positionsOf(text)(start).column)}`)
  if (indented === quoted) return { document, parsed: text }
  return parseLenient(text.slice(0, start) + indented + text.slice(start + quoted.length))
}

/** Where the quoted text begins that ends here for the parser; null for none. */
function startOfQuote(document: Document, end: number): number | null {
  let start: number | null = null
  visit(document, {
    Scalar(_key, { type, range }) {
      if ((type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range?.[1] === end) start = range[0]
    },
  })
  return start
}

function narrowSafe(_key: unknown, value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}
