// TOML, dates as texts. Knows no configuration.

import { parse, TomlDate, TomlError } from 'smol-toml'
import { FormatError } from './format-error.ts'

/** The object of a TOML text. Throws a FormatError. */
export function parseToml(text: string): unknown {
  try {
    return textDates(parse(text, { integersAsBigInt: 'asNeeded' }))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const message = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    throw new FormatError(`toml: ${message}`, { line: error.line, column: error.column })
  }
}

/** As Go writes times: no zeros at the end of a second, and `Z` for UTC. */
function shortest(time: string): string {
  return time.replace(/\.(\d*?)0+(?=Z|[-+]|$)/, (_all, digits: string) => (digits === '' ? '' : `.${digits}`)).replace(/[-+]00:00$/, 'Z')
}

/** compat: zoned dates are texts in RFC 3339, local ones without a zone. Integers that a number cannot hold are bigints. */
function textDates(value: unknown): unknown {
  if (value instanceof TomlDate) return shortest(value.toISOString())
  if (Array.isArray(value)) return value.map(textDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textDates(item)]))
}
