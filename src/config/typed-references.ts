// What a reference of `_gw/secrets` became is a text. Where the whole value is one, and a number or a flag is wanted there, it is read as that.

import { isObject, type PlainObject, setKey } from '../json/types.ts'
import type { IssuePath } from '../schema/issue.ts'
import { ofVersion, readOwnSchema } from './own-schema.ts'

/** A number as JSON writes it, or a flag. */
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/

/** Whether a text could be meant as a number or a flag. */
export function looksTyped(text: string): boolean {
  return SCALAR.test(text)
}

/** Changes the texts at these places of a file that the schema of its version wants to be numbers or flags. */
export async function typeReferences(raw: PlainObject, places: readonly IssuePath[]): Promise<void> {
  if (places.length === 0) return
  const schema = ofVersion(await readOwnSchema(), raw['version'])
  if (schema === null) return
  for (const path of places) {
    const types = typesAt(schema, describedPlace(path))
    const value: unknown = JSON.parse(valueAt(raw, path) as string)
    if (types.size > 0 && [...types].every((type) => fits(type, value))) replaceAt(raw, path, value)
  }
}

function fits(type: string, value: unknown): boolean {
  return type === typeof value || (type === 'integer' && typeof value === 'number')
}

const BACKEND: IssuePath = ['endpoints', 0, 'backend', 0]
/** Blocks that hold what endpoints and backends hold, by the steps to it: the schema describes it there. */
const HELD: readonly (readonly [block: string, member: string, at: IssuePath])[] = [
  ['_gw/defaults', 'endpoint', ['endpoints', 0]],
  ['_gw/defaults', 'backend', BACKEND],
  ['_gw/fallback', 'backend', BACKEND],
]

function describedPlace(path: IssuePath): IssuePath {
  for (let index = path.length - 2; index > 0; index--) {
    const held = HELD.find(([block, member]) => path[index] === block && path[index + 1] === member)
    if (held !== undefined) return [...held[2], ...path.slice(index + 2)]
  }
  return path
}

/** What a schema in the form that ours has says about the type of a place; empty where anything may stand, or nobody knows. */
function typesAt(schema: PlainObject, path: IssuePath): ReadonlySet<string> {
  let here = expand([schema], schema)
  for (const step of path)
    here = expand(
      here.flatMap((shape) => below(shape, step)),
      schema,
    )
  return new Set(here.flatMap(({ type }) => (Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : [])))
}

/** Shapes with those that they are made of. */
function expand(shapes: readonly unknown[], root: PlainObject): PlainObject[] {
  return shapes.filter(isObject).flatMap((shape) => {
    const { $ref, allOf, anyOf, oneOf } = shape
    const named = typeof $ref === 'string' ? [valueAt(root, $ref.split('/').slice(1))] : []
    const parts = [allOf, anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    return [shape, ...expand([...named, ...parts], root)]
  })
}

/** What is said about a member, or an item: its own shape, else that of all others. */
function below({ properties, patternProperties, additionalProperties, items }: PlainObject, step: string | number): unknown[] {
  if (typeof step === 'number') return [items]
  const own = isObject(properties) ? (properties[step] ?? properties[step.toLowerCase()]) : undefined
  if (own !== undefined) return [own]
  const patterns = isObject(patternProperties) ? Object.entries(patternProperties) : []
  const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(step)).map(([, shape]) => shape)
  return matching.length > 0 ? matching : [additionalProperties]
}

function valueAt(root: unknown, path: IssuePath): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (value as PlainObject)[step] : undefined),
    root,
  )
}

function replaceAt(root: PlainObject, path: IssuePath, value: unknown): void {
  const parent = valueAt(root, path.slice(0, -1))
  const last = path.at(-1)
  if (Array.isArray(parent)) parent[Number(last)] = value
  else if (isObject(parent)) setKey(parent, String(last), value)
}
