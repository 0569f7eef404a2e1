// Keywords that ajv gets wrong, or that take too long with it. Knows nothing of messages.

import { _, Name, type CodeKeywordDefinition, type KeywordDefinition } from 'ajv'
import * as contains from 'ajv/dist/vocabularies/applicator/contains.js'
import * as unevaluatedItems from 'ajv/dist/vocabularies/unevaluated/unevaluatedItems.js'
import { findDuplicates, isMultipleOf } from './exact.ts'
import { TUPLE_MINIMUM, type Draft } from './normalize-schema.ts'

/** Keywords of later drafts that ajv knows in earlier ones. compat: they mean nothing there. */
const LATER_KEYWORDS: Readonly<Record<Draft, readonly string[]>> = {
  4: ['const', 'contains', 'propertyNames', 'if', 'then', 'else'],
  6: ['if', 'then', 'else'],
  7: [],
  2019: [],
  2020: [],
}

/** What to take out of an ajv of that draft. */
export function laterKeywords(draft: Draft): readonly string[] {
  return LATER_KEYWORDS[draft]
}

/** What to put into an ajv of that draft, in place of its own keywords of the same names. */
export function keywordsOf(draft: Draft): KeywordDefinition[] {
  const keywords: KeywordDefinition[] = [
    {
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      errors: false,
      validate: (isUnique: boolean, items: unknown[]) => !isUnique || findDuplicates(items) === null,
    },
    {
      keyword: 'multipleOf',
      type: 'number',
      schemaType: 'number',
      errors: false,
      validate: (divisor: number, value: number) => isMultipleOf(value, divisor),
    },
    {
      keyword: TUPLE_MINIMUM,
      type: 'array',
      schemaType: 'number',
      before: draft === 2020 ? 'prefixItems' : 'items',
      errors: false,
      validate: (minimum: number, items: unknown[]) => items.length >= minimum,
    },
  ]
  return draft < 2019 ? keywords : [...keywords, CONTAINS, UNEVALUATED_ITEMS]
}

/** security: for ajv all items are evaluated as soon as one matches. */
const CONTAINS: CodeKeywordDefinition = {
  ...contains.default.default,
  code(context) {
    const { it } = context
    const { items } = it
    contains.default.default.code(context)
    if (items === undefined) delete it.items
    else it.items = items
  },
}

/**
 * security: of items that an alternative evaluates ajv knows how many only when there is a value: `true` for all of them, which
 * it takes for one, or nothing when the alternative does not fit, which it takes for all.
 */
const UNEVALUATED_ITEMS: CodeKeywordDefinition = {
  ...unevaluatedItems.default.default,
  code(context) {
    const { gen, it } = context
    if (it.items instanceof Name) it.items = gen.const('evaluated', _`${it.items} === true ? Infinity : ${it.items} || 0`)
    unevaluatedItems.default.default.code(context)
  },
}
