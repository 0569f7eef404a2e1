// Random JSON text for the tests of this folder and of what stands on it.

import * as fc from 'fast-check'

export const KEYS = [
  'a',
  'b',
  'c',
  'id',
  'é',
  '€uro',
  '__proto__',
  'constructor',
  'toString',
  '1',
  '10',
  '-1',
  '',
  'sp ace',
  'a.b',
  '𝄞',
  'a longer key',
]
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-17',
  '1.5',
  '1.0',
  '1e3',
  '1E-2',
  '0.1',
  '0.000001',
  '0.0000001',
  '-0.50',
  '12345678901234567890',
  '9007199254740993',
  '123456789012345',
  '1.7976931348623157e308',
  '19.9',
]
const STRINGS = [
  '',
  'x',
  '<b>&amp;',
  'é€𝄞',
  'line\nbreak',
  '"quoted" \\ /',
  '\u2028',
  '\u0000\u001f\u007f',
  '[1,{"a":2}]',
  'a much longer text with , : { } [ ] in it',
]

const space = fc.constantFrom('', '', '', ' ', '\n  ', '\t\r')
const scalar = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '{}', '[]', '[ ]', '{ }'),
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...STRINGS).map((text) => JSON.stringify(text)),
)

const tree = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), tie('array')),
  array: fc.tuple(fc.array(tie('value'), { maxLength: 4 }), space).map(([values, gap]) => `[${gap}${values.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 7, selector: ([key]) => key }), space)
    .map(
      ([members, gap]) =>
        `{${gap}${members.map(([key, value]) => `${JSON.stringify(key)}${gap}:${gap}${value}`).join(`${gap},${gap}`)}${gap}}`,
    ),
}))

/** Text of any JSON value, of an object. No object has a key twice. */
export const jsonText = tree.value
export const objectText = tree.object
