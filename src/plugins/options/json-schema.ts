// JSON Schema 2020-12 for the options of plugins: defaults at every depth, and problems in words. Loaded only when a plugin has options.

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

/** Throws an Error that says what is wrong with the schema. */
export function compileJsonSchema(schema: object): OptionsSchema {
  const check = new Ajv2020(AJV_OPTIONS).compile(schema)
  return {
    read(written) {
      // Defaults are filled in where the value stands.
      const value: unknown = structuredClone(written)
      if (check(value)) return { value, problems: [] }
      return { value: written, problems: explainErrors(check.errors ?? [], value) }
    },
  }
}
