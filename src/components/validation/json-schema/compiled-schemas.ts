// The compiled schemas of a configuration: equal ones once, and no longer than the configuration. Knows nothing of drafts.

import { createHash } from 'node:crypto'
import { asError } from '../../../engine/errors.ts'
import { ENDLESS } from '../../../schema/endless.ts'
import { compileSchema, Compilers, type DraftRules, type Validator } from './drafts.ts'

/** Nothing but a configuration may hold them: ajv never gives back what it has compiled, so a reload has to drop it as a whole. */
export class CompiledSchemas {
  readonly #compilers = new Compilers()
  /** By a digest of the schema's text. */
  readonly #validators = new Map<string, Validator>()

  /** The validator of a schema, or what is wrong with it. */
  compile(schema: unknown, rules: DraftRules): Validator | Error {
    try {
      const key = createHash('sha256')
        .update(`${rules} ${JSON.stringify(schema)}`)
        .digest('base64')
      let validator = this.#validators.get(key)
      if (validator === undefined) this.#validators.set(key, (validator = compileSchema(schema, rules, this.#compilers)))
      return validator
    } catch (error) {
      return error instanceof RangeError ? new Error(`the schema ${ENDLESS}`) : asError(error)
    }
  }
}
