// Small helpers over plain JSON values. Knows no schema.

export type PlainObject = Record<string, unknown>

/** What a reader answers for a value it cannot take. */
export const WRONG: unique symbol = Symbol('wrong')

export function isObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets an own property, whatever its name. */
export function setOwn(target: PlainObject, key: string, value: unknown): void {
  // security: a plain assignment to `__proto__` would change the prototype
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** `a text ("x")`, `a list`, `the number 5`: what stands in the file, for messages. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)}`
  if (typeof value === 'number') return `the number ${value}`
  return value === true ? 'true' : 'false'
}
