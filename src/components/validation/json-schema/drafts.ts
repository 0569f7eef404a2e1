// A schema of any draft becomes a function that says what is wrong with a value. Knows no requests.

import type { ValidateFunction } from 'ajv'
import { printCauses } from './causes.ts'
import { Explainer, type ExplainerTools } from './explainer.ts'
import { fromForeign } from '../../../go/text.ts'
import { formats } from './formats.ts'
import { checkAgainstDraft, compilePattern, makeAjv, META_SCHEMAS, type AnyAjv } from './make-ajv.ts'
import { normalizeSchema, readDraft, type Draft } from './normalize-schema.ts'
import { isObject } from '../../../json/types.ts'

export interface Validator {
  /** Null when the value fits, else what is wrong with it. Throws a RangeError for values that are nested too deeply. */
  validate(value: unknown): string | null
}

/** Which drafts are known: KrakenD 1.x knows none after 7. */
export type DraftRules = 'all' | 'up-to-7'

const FALSE_SCHEMA = "- at '': false schema"

/** What compiles the schemas of one configuration, by draft. What it has compiled is freed with it. */
export class Compilers {
  readonly #ajvs = new Map<Draft | 'mixture', AnyAjv>()

  of(draft: Draft): AnyAjv {
    let ajv = this.#ajvs.get(draft)
    if (ajv === undefined) this.#ajvs.set(draft, (ajv = makeAjv(draft)))
    return ajv
  }

  /** Draft 4 with what later drafts have added. */
  get mixture(): AnyAjv {
    let ajv = this.#ajvs.get('mixture')
    if (ajv === undefined) this.#ajvs.set('mixture', (ajv = makeAjv(4, true)))
    return ajv
  }
}

/**
 * Throws an Error that says what is wrong with the schema.
 * Without `$schema` it is one of 2020-12; by `up-to-7` of draft 7, or of draft 4 if it makes no sense as such.
 */
export function compileSchema(schema: unknown, rules: DraftRules, compilers: Compilers = new Compilers()): Validator {
  if (rules === 'all') return compileDraft(schema, readDraft(schema) ?? 2020, (draft) => compilers.of(draft))
  const draft = readLegacyDraft(schema)
  if (draft !== null) return compileDraft(schema, draft, (known) => compilers.of(known))
  try {
    return compileDraft(schema, 7, (seventh) => compilers.of(seventh))
  } catch {
    return compileDraft(schema, 4, () => compilers.mixture)
  }
}

/** KrakenD 1.x knows drafts 4, 6 and 7 and takes others for a mixture of them. */
function readLegacyDraft(schema: unknown): Draft | null {
  try {
    const draft = readDraft(schema)
    return draft === null || draft >= 2019 ? null : draft
  } catch {
    return null
  }
}

function compileDraft(schema: unknown, draft: Draft, ajvOf: (draft: Draft) => AnyAjv): Validator {
  const normal = normalizeSchema(schema, draft)
  if (typeof normal === 'boolean') return { validate: () => (normal ? null : FALSE_SCHEMA) }
  if (!isObject(normal)) throw new Error('a schema is an object, true or false')
  // The draft is known: other spellings of its name, or names that 1.x ignores, would only confuse ajv.
  const named = { ...normal, $schema: META_SCHEMAS[draft] }
  checkAgainstDraft(named, draft)
  const ajv = ajvOf(draft)
  let check: ValidateFunction
  try {
    check = ajv.compile(named)
  } finally {
    // Schemas of different endpoints may have the same $id.
    ajv.removeSchema(named)
  }
  const explainer = new Explainer(normalizeSchema(schema, draft, 'explain'), draft, makeTools(draft))
  return { validate: (value) => (check(value) ? null : explain(check, explainer, value)) }
}

function explain(check: ValidateFunction, explainer: Explainer, value: unknown): string {
  const [error] = check.errors ?? []
  const cause = explainer.explain(value)
  if (cause !== null) return printCauses(cause)
  return `- at '${error?.instancePath ?? ''}': ${error?.message ?? 'validation failed'}`
}

function makeTools(draft: Draft): ExplainerTools {
  const patterns = new Map<string, { test(text: string): boolean }>()
  return {
    matches(pattern, text) {
      let compiled = patterns.get(pattern)
      if (compiled === undefined) patterns.set(pattern, (compiled = compilePattern(pattern)))
      return compiled.test(text)
    },
    checkFormat(name, value) {
      return draft >= 2019 || typeof value !== 'string' ? null : (formats.get(name)?.(fromForeign(value)) ?? null)
    },
  }
}
