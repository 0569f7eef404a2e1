// Strict JSON with the error texts of Go's encoding/json. Knows no configuration.

import { explainHugeNumber, findHugeNumber } from '../../json/huge-number.ts'
import { parseJsonText } from '../../json/parse.ts'
import { positionsOf } from '../../schema/positions.ts'
import { describeSyntaxError } from './json-syntax.ts'
import { FormatError } from './format-error.ts'

/** The object of a text; `null` counts as `{}`, of a repeated key the last value. Throws a FormatError. */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = parseJsonText(text)
  } catch (error) {
    throw describeSyntaxError(text) ?? error
  }
  const huge = findHugeNumber(text)
  if (huge !== null) {
    throw new FormatError(explainHugeNumber(huge), positionsOf(text)(huge.offset), 'write a number below 1.8e308, or a text')
  }
  if (value === null) return {}
  const kind = Array.isArray(value) ? 'array' : typeof value
  if (kind === 'object') return value
  const name = kind === 'boolean' ? 'bool' : kind
  throw new FormatError(
    `json: cannot unmarshal ${name} into Go value of type map[string]interface {}`,
    null,
    'the file must be an object: { … }',
  )
}
