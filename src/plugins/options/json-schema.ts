// JSON Schema 2020-12 for the options of plugins: defaults at every depth, and problems in words. Loaded only when a plugin has options.

import { Ajv2020 } from 'ajv/dist/2020.js'
import { ENDLESS, isEndless } from '../../schema/endless.ts'
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

/** Throws an Error that says what is wrong with the schema. */
export function compileJsonSchema(schema: object): OptionsSchema {
  const check = orNull(() => new Ajv2020(AJV_OPTIONS).compile(schema))
  if (check === null || isEndless(check)) throw new Error(ENDLESS)
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

/** Null where there is no room for more calls. */
function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
