// JSON Schema 2020-12 for the options of plugins: defaults at every depth, and problems in words. Loaded only when a plugin has options.

import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OptionsSchema } from '../loaded.ts'
import { explainErrors } from './explain-errors.ts'

const AJV_OPTIONS = {
  strict: false,
  logger: false,
  // perf: the schema of schemas takes 100 ms to compile; each keyword checks its own value all the same.
  validateSchema: false,
  // 2020-12: a format says what is meant and refuses nothing.
  validateFormats: false,
  useDefaults: true,
  allErrors: true,
  verbose: true,
  // security: `required: ["constructor"]` is not met by what every object inherits.
  ownProperties: true,
} as const

/** One value of each type, without anything inside: whoever does not come to an end with them never does. */
const FLAT_VALUES = ['', 0, true, null, [], {}] as const
const ENDLESS = 'refers to itself without end'

/** Throws an Error that says what is wrong with the schema. */
export function compileJsonSchema(schema: object): OptionsSchema {
  const check = compileEnding(schema)
  if (check === null) throw new Error(ENDLESS)
  return {
    read(written) {
      // Defaults are filled in where the value stands.
      const value: unknown = structuredClone(written)
      const isGood = orNull(() => check(value))
      if (isGood === true) return { value, problems: [] }
      const problems =
        isGood === null
          ? [{ path: [], message: `cannot be checked: it is nested too deeply, or the schema ${ENDLESS}` }]
          : explainErrors(check.errors ?? [], value)
      return { value: written, problems }
    },
  }
}

function compileEnding(schema: object): ValidateFunction | null {
  return orNull(() => {
    const check = new Ajv2020(AJV_OPTIONS).compile(schema)
    for (const value of FLAT_VALUES) check(structuredClone(value))
    return check
  })
}

/** Null where there is no room for more calls. */
function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
