// TypeBox's builders for option schemas, with TypeBox's types and nothing loaded. Knows no option.

import type { Type as TypeBox } from 'typebox'

type Builders =
  | 'Any'
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'

type Schema = Record<string, unknown>

const optional = Symbol('optional')

/** Hidden from JSON, so a schema stays plain JSON Schema. */
function markOptional(schema: Schema): Schema {
  return Object.defineProperty({ ...schema }, optional, { value: true })
}

function buildObject(properties: Record<string, Schema>, options: Schema = {}): Schema {
  const required = Object.keys(properties).filter((key) => !(optional in properties[key]!))
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options }
}

const builders = {
  Any: (options: Schema = {}) => ({ ...options }),
  Array: (items: Schema, options: Schema = {}) => ({ type: 'array', items, ...options }),
  Boolean: (options: Schema = {}) => ({ type: 'boolean', ...options }),
  Enum: (values: readonly unknown[], options: Schema = {}) => ({ enum: values, ...options }),
  Integer: (options: Schema = {}) => ({ type: 'integer', ...options }),
  Literal: (value: unknown, options: Schema = {}) => ({ type: typeof value, const: value, ...options }),
  Null: (options: Schema = {}) => ({ type: 'null', ...options }),
  Number: (options: Schema = {}) => ({ type: 'number', ...options }),
  Object: buildObject,
  Optional: markOptional,
  Record: (_key: Schema, values: Schema, options: Schema = {}) => ({ type: 'object', patternProperties: { '^.*$': values }, ...options }),
  String: (options: Schema = {}) => ({ type: 'string', ...options }),
  Union: (anyOf: readonly Schema[], options: Schema = {}) => ({ anyOf, ...options }),
  Unknown: (options: Schema = {}) => ({ ...options }),
  Unsafe: (schema: Schema) => ({ ...schema }),
}

/**
 * Use it as `Type` of TypeBox. perf: importing TypeBox itself reads some seven hundred files (100 ms and more),
 * a third of what a start may take; option schemas need these builders only.
 */
export const Type = builders as unknown as Pick<typeof TypeBox, Builders>
