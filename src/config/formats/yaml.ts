// YAML as Go's yaml.v3 reads it. Knows no configuration.

import { parseDocument, type ScalarTag } from 'yaml'
import { FormatError } from './format-error.ts'

const timestampTag = 'tag:yaml.org,2002:timestamp'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const numberTag = 'tag:yaml.org,2002:float'

/** `017`, `1_000`, `0b11`: numbers for Go, texts for YAML 1.2. */
const goNumber: ScalarTag = {
  tag: numberTag,
  default: true,
  format: 'GO',
  test: /^[-+]?(?:0[0-7][0-7_]*|0b_?[01][01_]*|0x_?[0-9a-fA-F]*_[0-9a-fA-F_]*|[0-9]*\.?[0-9]*_[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?)$/,
  resolve(text) {
    const plain = text.replaceAll('_', '')
    const sign = plain.startsWith('-') ? -1 : 1
    const digits = plain.replace(/^[-+]/, '')
    if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8)
    const value = digits === '' || digits === '.' ? Number.NaN : Number(digits)
    return Number.isNaN(value) ? text : sign * value
  },
}

/** compat: dates become texts in RFC 3339; one with a blank before its zone stays as it is. */
const goTimestamp: ScalarTag = {
  tag: timestampTag,
  default: true,
  test: /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/,
  resolve(text) {
    const [day, time = '0:0:0Z'] = text.split(/[Tt ]/) as [string, string?]
    const [, clock, fraction = '', zone = 'Z'] = /^([\d:]+)(\.\d+)?(Z|[-+]\d\d:\d\d)?$/.exec(time)!
    const date = pad(day.split('-'), '-')
    const moment = `${date}T${pad(clock!.split(':'), ':')}${fraction.replace(/\.?0+$/, '')}`
    return Number.isNaN(Date.parse(`${moment.slice(0, 19)}Z`)) ? text : moment + (zone === '+00:00' ? 'Z' : zone)
  },
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

function pad(parts: readonly string[], separator: string): string {
  return parts.map((part) => part.padStart(2, '0')).join(separator)
}

/** The object of a YAML text; an empty text is `{}`. Integers that a number cannot hold are bigints. Throws a FormatError. */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, {
    schema: 'core',
    merge: true,
    intAsBigInt: true,
    customTags: (tags) => [goNumber, goTimestamp, goFloat, goBinary, ...tags],
    prettyErrors: false,
    logLevel: 'silent',
  })
  // compat: of several documents the first one counts
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
  if (error !== undefined) throw new FormatError(`yaml: ${error.message}`, findPosition(text, error.pos[0]))
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

function narrowSafe(_key: unknown, value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function findPosition(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
