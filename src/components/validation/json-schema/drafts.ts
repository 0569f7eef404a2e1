// One ajv for each draft, set up so that neither a schema nor a body can hang it, and with KrakenD's idea of numbers. Knows no requests.

import { Ajv, type Options, type ValidateFunction } from 'ajv'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as draft4 from 'ajv-draft-04'
import { RE2JS } from 're2js'
import { printCauses } from './causes.ts'
import { Explainer, type ExplainerTools } from './explainer.ts'
import { formats, isOfFormat } from './formats.ts'
import { keywordsOf } from './keywords.ts'
import { isObject, normalizeSchema, readDraft, type Draft } from './normalize-schema.ts'

export interface Validator {
  /** Null when the value fits, else what is wrong with it. Throws a RangeError for values that are nested too deeply. */
  validate(value: unknown): string | null
}

type AnyAjv = Ajv | Ajv2019 | Ajv2020

/** security: patterns run in linear time, whatever the pattern and the text. */
function compilePattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(pattern)
  return { test: (text) => compiled.test(text), toString: () => pattern }
}

const OPTIONS: Options = {
  strict: false,
  logger: false,
  // security: `required: ["constructor"]` is not met by what every object inherits.
  ownProperties: true,
  // compat: 1e400 is a number.
  strictNumbers: false,
  code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: 'compilePattern' }) as never },
}

const META_SCHEMAS: Readonly<Record<Draft, string>> = {
  4: 'http://json-schema.org/draft-04/schema',
  6: 'http://json-schema.org/draft-06/schema',
  7: 'http://json-schema.org/draft-07/schema',
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema',
}

const FALSE_SCHEMA = "- at '': false schema"

function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text)
    return true
  } catch {
    return false
  }
}

function makeAjv(draft: Draft): AnyAjv {
  const options = { ...OPTIONS, validateFormats: draft < 2019 }
  let ajv: AnyAjv
  if (draft === 2020) ajv = new Ajv2020(options)
  else if (draft === 2019) ajv = new Ajv2019(options)
  else if (draft === 4) ajv = new draft4.default.default(options)
  else ajv = new Ajv(options)
  if (draft === 6) ajv.addMetaSchema(draft6)
  for (const [name, format] of formats) ajv.addFormat(name, format)
  ajv.addFormat('regex', isPattern)
  for (const keyword of keywordsOf(draft)) {
    ajv.removeKeyword(keyword.keyword as string)
    ajv.addKeyword(keyword)
  }
  return ajv
}

const known = new Map<Draft, AnyAjv>()

function ajvOf(draft: Draft): AnyAjv {
  let ajv = known.get(draft)
  if (ajv === undefined) known.set(draft, (ajv = makeAjv(draft)))
  return ajv
}

/**
 * Throws an Error that says what is wrong with the schema.
 * Without `$schema` it is one of 2020-12; in KrakenD 1.x of draft 7, or of draft 4 if it makes no sense as such.
 */
export function compileSchema(schema: unknown, isLegacy: boolean): Validator {
  if (!isLegacy) return compileDraft(schema, readDraft(schema) ?? 2020)
  const draft = readLegacyDraft(schema)
  if (draft !== null) return compileDraft(schema, draft)
  try {
    return compileDraft(schema, 7)
  } catch {
    return compileDraft(schema, 4)
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

function compileDraft(schema: unknown, draft: Draft): Validator {
  const normal = normalizeSchema(schema, draft)
  if (typeof normal === 'boolean') return { validate: () => (normal ? null : FALSE_SCHEMA) }
  if (!isObject(normal)) throw new Error('a schema is an object, true or false')
  const ajv = ajvOf(draft)
  // The draft is known: other spellings of its name, or names that 1.x ignores, would only confuse ajv.
  const named = { ...normal, $schema: META_SCHEMAS[draft] }
  let check: ValidateFunction
  try {
    check = ajv.compile(named)
  } finally {
    // Schemas of different endpoints may have the same $id.
    ajv.removeSchema(named)
  }
  const explainer = new Explainer(normal, draft, makeTools(ajv, draft))
  return { validate: (value) => (check(value) ? null : explain(check, explainer, value)) }
}

function explain(check: ValidateFunction, explainer: Explainer, value: unknown): string {
  const [error] = check.errors ?? []
  const cause = explainer.explain(value)
  if (cause !== null) return printCauses(cause)
  return `- at '${error?.instancePath ?? ''}': ${error?.message ?? 'validation failed'}`
}

function makeTools(ajv: AnyAjv, draft: Draft): ExplainerTools {
  const patterns = new Map<string, { test(text: string): boolean }>()
  return {
    matches(pattern, text) {
      let compiled = patterns.get(pattern)
      if (compiled === undefined) patterns.set(pattern, (compiled = compilePattern(pattern)))
      return compiled.test(text)
    },
    checkFormat(name, value) {
      const format = draft < 2019 && typeof value === 'string' ? ajv.formats[name] : undefined
      if (format === undefined || isOfFormat(format, value as string)) return null
      return name === 'email' && !(value as string).includes('@') ? 'missing @' : `invalid ${name}`
    },
  }
}
