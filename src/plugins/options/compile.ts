// What a plugin declares its options with becomes the function that fills in defaults and checks them: JSON Schema, or a Standard Schema.

import { asError } from '../../engine/errors.ts'
import { isObject } from '../../json/types.ts'
import { describeValue } from '../../schema/values.ts'
import type { OptionProblem, OptionsReading, OptionsSchema } from '../loaded.ts'

const STANDARD = '~standard'
const DRAFT = /\/2020-12\//

type Validate = (value: unknown) => unknown

/** A schema that can say which options there are. */
export interface NamedSchema extends OptionsSchema {
  /** Empty where nobody can know. */
  readonly names: readonly string[]
}

/** The schema, or what is wrong with it as a clause. */
export async function compileOptions(schema: unknown): Promise<NamedSchema | string> {
  const validate = standardOf(schema)
  if (validate !== null) return { names: [], read: (value) => readStandard(validate, value) }
  if (!isObject(schema)) return 'is no schema'
  const { $schema: draft } = schema
  if (draft !== undefined && !(typeof draft === 'string' && DRAFT.test(draft)))
    return `is written for ${describeDraft(draft)}: 2020-12 is read`
  try {
    const { compileJsonSchema } = await import('./json-schema.ts')
    const { properties } = schema
    return { names: isObject(properties) ? Object.keys(properties) : [], ...compileJsonSchema(schema) }
  } catch (error) {
    return asError(error).message
  }
}

function describeDraft(draft: unknown): string {
  return typeof draft === 'string' ? draft : describeValue(draft)
}

/** A Standard Schema may be a function, too. */
function standardOf(schema: unknown): Validate | null {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null || !(STANDARD in schema)) return null
  const standard = schema[STANDARD]
  if (!isObject(standard) || typeof standard['validate'] !== 'function') return null
  const validate = standard['validate'] as Validate
  return (value) => Reflect.apply(validate, standard, [value])
}

async function readStandard(validate: Validate, value: unknown): Promise<OptionsReading> {
  try {
    const result = await validate(structuredClone(value))
    if (!isObject(result)) return { value, problems: [{ path: [], message: 'cannot be checked: the schema gives no result' }] }
    const { issues } = result
    if (issues === undefined || issues === null) return { value: result['value'], problems: [] }
    return { value, problems: Array.isArray(issues) ? issues.map(problemOf) : [{ path: [], message: 'is not what the schema wants' }] }
  } catch (error) {
    return { value, problems: [{ path: [], message: `cannot be checked: ${asError(error).message}` }] }
  }
}

/** Steps of a path stand there as they are, or as objects with a `key`. */
function problemOf(issue: unknown): OptionProblem {
  const { message, path } = isObject(issue) ? issue : {}
  const steps: readonly unknown[] = Array.isArray(path) ? path : []
  return {
    path: steps.map((step) => (isObject(step) ? step['key'] : step)).map((key) => (typeof key === 'number' ? key : String(key))),
    message: typeof message === 'string' ? message : 'is not what the schema wants',
  }
}
