// Members that are found as Go finds fields of its structures: by their exact name, else in any case.

import type { PlainObject } from './types.ts'

/** The key under which an object has it; undefined for none. `name` in lower case. */
export function keyInAnyCase(object: Readonly<PlainObject>, name: string): string | undefined {
  return Object.hasOwn(object, name) ? name : Object.keys(object).find((key) => key.toLowerCase() === name)
}

export function valueInAnyCase(object: Readonly<PlainObject>, name: string): unknown {
  const key = keyInAnyCase(object, name)
  return key === undefined ? undefined : object[key]
}
