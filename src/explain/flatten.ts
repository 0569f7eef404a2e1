// Options as rows: nested ones by their dotted names, with where each comes from.

import type { IssuePath } from '../schema/issue.ts'
import { isObject } from '../json/types.ts'
import type { Origins } from './origins.ts'

/** One effective value. */
export interface Row {
  readonly name: string
  readonly value: unknown
  /** `krakend.json:12`, `environment KRAKEND_PORT` or `default`. */
  readonly origin: string
}

/** What a reader has made of a block that stands at `at`, a row for each option that has a value. */
export function flattenOptions(value: unknown, at: IssuePath, origins: Origins, name = ''): Row[] {
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .flatMap(([key, member]) => flattenOptions(member, [...at, key], origins, name === '' ? key : `${name}.${key}`))
  return [{ name, value, origin: origins.of(at) }]
}

/** Whether the row says nothing that one would miss: a default that is empty, off or zero. */
export function isQuiet({ value, origin }: Row): boolean {
  if (origin !== 'default') return false
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  const isNoTime = isObject(value) && value['ms'] === 0
  return isNoTime || value === '' || value === 0 || value === false || value === null || isEmpty
}
