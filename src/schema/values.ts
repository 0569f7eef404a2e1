// Small helpers over plain JSON values. Knows no schema.

/** What a reader answers for a value it cannot take. */
export const WRONG: unique symbol = Symbol('wrong')

/** `a text ("x")`, `a list`, `the number 5`: what stands in the file, for messages. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)}`
  if (typeof value === 'number') return `the number ${value}`
  return value === true ? 'true' : 'false'
}
