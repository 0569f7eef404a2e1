// Sets ajv up for a draft, so that neither a schema nor a body can hang it, and with KrakenD's idea of numbers. Knows no requests.

import { Ajv, type Options } from 'ajv'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as draft4 from 'ajv-draft-04'
import { compileRegexp } from '../../../go/regexp.ts'
import { fromForeign } from '../../../go/text.ts'
import { formats } from './formats.ts'
import { keywordsOf, laterKeywords } from './keywords.ts'
import type { Draft, SchemaObject } from './normalize-schema.ts'

export type AnyAjv = Ajv | Ajv2019 | Ajv2020

/** security: patterns run in linear time, whatever the pattern and the text. */
export function compilePattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = compileRegexp(pattern)
  return { test: (text) => compiled.matches(text), toString: () => pattern }
}

const OPTIONS: Options = {
  strict: false,
  logger: false,
  // perf: the schema of a draft takes 100 ms to compile; `checkAgainstDraft` does it once.
  validateSchema: false,
  // security: `required: ["constructor"]` is not met by what every object inherits.
  ownProperties: true,
  // compat: 1e400 is a number.
  strictNumbers: false,
  code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: 'compilePattern' }) as never },
}

/** What `$schema` says of each draft. */
export const META_SCHEMAS: Readonly<Record<Draft, string>> = {
  4: 'http://json-schema.org/draft-04/schema',
  6: 'http://json-schema.org/draft-06/schema',
  7: 'http://json-schema.org/draft-07/schema',
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema',
}

/**
 * One that has compiled nothing yet. What it compiles lives as long as it does: ajv gives nothing back before.
 * `isMixture`: keywords of later drafts count as well.
 */
export function makeAjv(draft: Draft, isMixture = false): AnyAjv {
  const options = { ...OPTIONS, validateFormats: draft < 2019 }
  let ajv: AnyAjv
  if (draft === 2020) ajv = new Ajv2020(options)
  else if (draft === 2019) ajv = new Ajv2019(options)
  else if (draft === 4) ajv = new draft4.default.default(options)
  else ajv = new Ajv(options)
  if (draft === 6) ajv.addMetaSchema(draft6)
  if (!isMixture) for (const keyword of laterKeywords(draft)) ajv.removeKeyword(keyword)
  for (const [name, explain] of formats) ajv.addFormat(name, (text: string) => explain(fromForeign(text)) === null)
  for (const keyword of keywordsOf(draft)) {
    ajv.removeKeyword(keyword.keyword as string)
    ajv.addKeyword(keyword)
  }
  return ajv
}

/** They compile the schemas of the drafts and nothing else, so they may live as long as the process. */
const draftCheckers = new Map<Draft, AnyAjv>()

/** Throws an Error that says why a schema, whose `$schema` is that of `META_SCHEMAS`, is none of this draft. */
export function checkAgainstDraft(schema: SchemaObject, draft: Draft): void {
  let checker = draftCheckers.get(draft)
  if (checker === undefined) draftCheckers.set(draft, (checker = makeAjv(draft, true)))
  void checker.validateSchema(schema, true)
}
