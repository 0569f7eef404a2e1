// The JSON Schema of this version's files, which the package has for editors, as `--lint` and whoever needs types of places read it.

import { readFile } from 'node:fs/promises'
import { isObject, type PlainObject } from '../json/types.ts'

const PATH = new URL('../../docs/schema/krakend-ts.json', import.meta.url)

export async function readOwnSchema(): Promise<unknown> {
  return JSON.parse(await readFile(PATH, 'utf8')) as unknown
}

/** The part of the schema for files of a version, without the choice between versions around it; null for a version that it does not know. */
export function ofVersion(schema: unknown, version: unknown): PlainObject | null {
  if (!isObject(schema) || !isObject(schema['definitions'])) return null
  const own = schema['definitions'][`file-${String(version)}`]
  return isObject(own) ? { $schema: schema['$schema'], ...own, definitions: schema['definitions'] } : null
}
