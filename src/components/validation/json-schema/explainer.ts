// Why a value does not fit a schema, in the words and the order of KrakenD 2.13 (santhosh-tekuri/jsonschema). Whether it fits, ajv has decided.

import { groupCauses, referenceCause, type Cause } from './causes.ts'
import { canonicalText, findDuplicates, isMultipleOf } from './exact.ts'
import { type Draft, type SchemaObject } from './normalize-schema.ts'
import { findReferred } from './references.ts'
import { display, formatCount, formatNumber, joinPointer, quote, quoteList, typeOf } from './texts.ts'
import { isObject } from '../../../json/types.ts'

export interface ExplainerTools {
  matches(pattern: string, text: string): boolean
  /** Why a value has not the format; null when it has, or when formats are not asserted. */
  checkFormat(name: string, value: unknown): string | null
}

/** security: an explanation costs no more than so many steps and tells no more than so many reasons. */
const MAX_STEPS = 50_000
const MAX_CAUSES = 100
const TYPE_ORDER = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']

const DEPENDENCIES = ['dependencies', 'dependentSchemas', 'dependentRequired']

/** Thrown when the steps are used up. */
const GAVE_UP = new Error('too much to explain')

export class Explainer {
  readonly #root: unknown
  readonly #draft: Draft
  readonly #tools: ExplainerTools
  #steps = 0
  #causes = 0

  constructor(root: unknown, draft: Draft, tools: ExplainerTools) {
    this.#root = root
    this.#draft = draft
    this.#tools = tools
  }

  /** The reasons, or null when none is found: keywords about unevaluated members are not explained. */
  explain(value: unknown): Cause | null {
    this.#steps = 0
    this.#causes = 0
    try {
      return this.#visit(this.#root, value, '')
    } catch (error) {
      if (error === GAVE_UP) return null
      throw error
    }
  }

  #visit(schema: unknown, value: unknown, at: string): Cause | null {
    if (++this.#steps > MAX_STEPS) throw GAVE_UP
    if (schema === false) return this.#because(at, 'false schema')
    if (!isObject(schema)) return null
    const first = this.#checkWhole(schema, value, at)
    if (first !== null) return first
    const causes: Cause[] = []
    const ref = schema['$ref'] ?? (this.#draft < 2019 ? undefined : (schema['$dynamicRef'] ?? schema['$recursiveRef']))
    if (typeof ref === 'string') {
      const inner = this.#visit(findReferred(this.#root, ref), value, at)
      if (inner !== null) causes.push(referenceCause(at, inner))
      if (this.#draft < 2019) return groupCauses(at, causes)
    }
    if (Array.isArray(value)) this.#visitArray(schema, value, at, causes)
    else if (isObject(value)) this.#visitObject(schema, value, at, causes)
    else if (typeof value === 'string') this.#visitString(schema, value, at, causes)
    else if (typeof value === 'number') this.#visitNumber(schema, value, at, causes)
    this.#visitConditions(schema, value, at, causes)
    return groupCauses(at, causes)
  }

  /** Type, const, enum and format: each of them ends the check of this schema. */
  #checkWhole(schema: SchemaObject, value: unknown, at: string): Cause | null {
    const { type, const: constant, enum: choices, format } = schema
    if (type !== undefined) {
      const types = (Array.isArray(type) ? type : [type]) as string[]
      if (!types.some((name) => name === typeOf(value) || (name === 'integer' && isInteger(value)))) {
        const wanted = TYPE_ORDER.filter((name) => types.includes(name)).join(' or ')
        return this.#because(at, `got ${typeOf(value)}, want ${wanted}`)
      }
    }
    if (this.#draft > 4 && Object.hasOwn(schema, 'const') && canonicalText(constant) !== canonicalText(value)) {
      return this.#because(at, isStructure(constant) ? "'const' failed" : `value must be ${display(constant)}`)
    }
    if (Array.isArray(choices)) {
      const own = canonicalText(value)
      if (!choices.some((choice) => canonicalText(choice) === own)) return this.#because(at, describeEnum(choices))
    }
    const reason = typeof format === 'string' ? this.#tools.checkFormat(format, value) : null
    return reason === null ? null : this.#because(at, `${display(value)} is not valid ${format as string}: ${reason}`)
  }

  #visitObject(schema: SchemaObject, value: SchemaObject, at: string, causes: Cause[]): void {
    const count = Object.keys(value).length
    this.#checkLimits(schema, 'Properties', count, at, causes)
    this.#checkRequired(
      schema['required'],
      value,
      (names) => `missing ${names.length === 1 ? 'property' : 'properties'} ${quoteList(names)}`,
      at,
      causes,
    )
    for (const keyword of this.#draft < 2019 ? ['dependencies'] : DEPENDENCIES) {
      for (const [name, dependency] of entriesOf(schema[keyword])) {
        if (!Object.hasOwn(value, name)) continue
        if (!Array.isArray(dependency)) this.#add(causes, this.#visit(dependency, value, at))
        else
          this.#checkRequired(dependency, value, (names) => `properties ${quoteList(names)} required, if ${quote(name)} exists`, at, causes)
      }
    }
    const properties = isObject(schema['properties']) ? schema['properties'] : {}
    const patterns = entriesOf(schema['patternProperties'])
    const rest = schema['additionalProperties']
    const additional: string[] = []
    for (const [name, part] of Object.entries(value)) {
      if (this.#isFull(causes)) break
      const inner = joinPointer(at, name)
      const matching = patterns.filter(([pattern]) => this.#tools.matches(pattern, name))
      if (Object.hasOwn(properties, name)) this.#add(causes, this.#visit(properties[name], part, inner))
      for (const [, one] of matching) this.#add(causes, this.#visit(one, part, inner))
      if (Object.hasOwn(properties, name) || matching.length > 0) continue
      if (rest === false) additional.push(name)
      else this.#add(causes, this.#visit(rest, part, inner))
    }
    if (additional.length > 0) this.#tell(causes, at, `additional properties ${quoteList(additional.slice(0, MAX_CAUSES))} not allowed`)
    if (schema['propertyNames'] === undefined || this.#draft === 4) return
    for (const name of Object.keys(value)) {
      const inner = this.#visit(schema['propertyNames'], name, '')
      // compat: as if the name were a value of its own.
      if (inner !== null) this.#tell(causes, '', `invalid propertyName ${quote(name)}`, inner.kind === 'group' ? inner.causes : [inner])
    }
  }

  #checkRequired(required: unknown, value: SchemaObject, describe: (missing: string[]) => string, at: string, causes: Cause[]): void {
    if (!Array.isArray(required)) return
    const missing = (required as string[]).filter((name) => !Object.hasOwn(value, name))
    if (missing.length > 0) this.#tell(causes, at, describe(missing))
  }

  #visitArray(schema: SchemaObject, value: readonly unknown[], at: string, causes: Cause[]): void {
    this.#checkLimits(schema, 'Items', value.length, at, causes)
    const equal = schema['uniqueItems'] === true ? findDuplicates(value) : null
    if (equal !== null) this.#tell(causes, at, `items at ${equal.map(formatCount).join(' and ')} are equal`)
    const { items } = schema
    const isTuple = this.#draft < 2020 && Array.isArray(items)
    const tuple = (isTuple ? items : this.#draft < 2020 ? [] : (schema['prefixItems'] ?? [])) as unknown[]
    const rest = isTuple ? schema['additionalItems'] : items
    if (isTuple && rest === false && value.length > tuple.length) {
      this.#tell(causes, at, `last ${formatCount(value.length - tuple.length)} additionalItem(s) not allowed`)
    }
    for (const [index, item] of value.entries()) {
      if (this.#isFull(causes)) break
      if (index < tuple.length) this.#add(causes, this.#visit(tuple[index], item, joinPointer(at, index)))
      else if (!(isTuple && rest === false)) this.#add(causes, this.#visit(rest, item, joinPointer(at, index)))
    }
    if (schema['contains'] !== undefined && this.#draft > 4) this.#visitContains(schema, value, at, causes)
  }

  #visitContains(schema: SchemaObject, value: readonly unknown[], at: string, causes: Cause[]): void {
    const { contains, minContains, maxContains } = schema
    const found = value.map((item, index) => this.#visit(contains, item, joinPointer(at, index)))
    const matched = found.flatMap((cause, index) => (cause === null ? [index] : []))
    const reasons = found.filter((cause) => cause !== null)
    const places = `matched ${formatCount(matched.length)} items at ${matched.slice(0, MAX_CAUSES).join(' ')}`
    if (this.#draft < 2019 || typeof minContains !== 'number') {
      if (matched.length === 0) this.#tell(causes, at, 'no items match contains schema', reasons)
    } else if (matched.length < minContains) {
      const text = `min ${formatCount(minContains)} items required to match contains schema, but ${matched.length === 0 ? 'none matched' : places}`
      this.#tell(causes, at, text, reasons)
    }
    if (this.#draft >= 2019 && typeof maxContains === 'number' && matched.length > maxContains) {
      this.#tell(causes, at, `max ${formatCount(maxContains)} items required to match contains schema, but ${places}`)
    }
  }

  #visitString(schema: SchemaObject, value: string, at: string, causes: Cause[]): void {
    const { minLength, maxLength, pattern } = schema
    if (minLength !== undefined || maxLength !== undefined) this.#checkLimits(schema, 'Length', countCharacters(value), at, causes)
    if (typeof pattern === 'string' && !this.#tools.matches(pattern, value)) {
      this.#tell(causes, at, `${quote(value)} does not match pattern ${quote(pattern)}`)
    }
  }

  #visitNumber(schema: SchemaObject, value: number, at: string, causes: Cause[]): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
    const limits: [string, unknown, (limit: number) => boolean][] = [
      // Draft 4: `exclusiveMinimum: true` makes the minimum an exclusive one.
      ['minimum', exclusiveMinimum === true ? undefined : minimum, (limit) => value >= limit],
      ['maximum', exclusiveMaximum === true ? undefined : maximum, (limit) => value <= limit],
      ['exclusiveMinimum', exclusiveMinimum === true ? minimum : exclusiveMinimum, (limit) => value > limit],
      ['exclusiveMaximum', exclusiveMaximum === true ? maximum : exclusiveMaximum, (limit) => value < limit],
      ['multipleOf', multipleOf, (limit) => isMultipleOf(value, limit)],
    ]
    for (const [keyword, limit, holds] of limits) {
      if (typeof limit !== 'number' || holds(limit)) continue
      this.#tell(causes, at, `${keyword}: got ${formatNumber(value)}, want ${formatNumber(limit)}`)
    }
  }

  #visitConditions(schema: SchemaObject, value: unknown, at: string, causes: Cause[]): void {
    const { not, allOf, anyOf, oneOf, if: condition } = schema
    if (not !== undefined && this.#visit(not, value, at) === null) this.#tell(causes, at, "'not' failed")
    if (Array.isArray(allOf)) {
      const reasons = this.#visitAll(allOf, value, at).filter((cause) => cause !== null)
      if (reasons.length > 0) this.#tell(causes, at, "'allOf' failed", reasons)
    }
    if (Array.isArray(anyOf)) {
      const reasons = this.#visitAll(anyOf, value, at)
      if (!reasons.includes(null)) this.#tell(causes, at, "'anyOf' failed", reasons as Cause[])
    }
    if (Array.isArray(oneOf)) {
      const reasons = this.#visitAll(oneOf, value, at)
      const matched = reasons.flatMap((cause, index) => (cause === null ? [index] : []))
      if (matched.length === 0) this.#tell(causes, at, "'oneOf' failed, none matched", reasons as Cause[])
      else if (matched.length > 1)
        this.#tell(causes, at, `'oneOf' failed, subschemas ${matched.slice(0, 2).map(formatCount).join(', ')} matched`)
    }
    if (condition === undefined || this.#draft < 7) return
    const branch = this.#visit(condition, value, at) === null ? 'then' : 'else'
    if (schema[branch] !== undefined) this.#add(causes, this.#visit(schema[branch], value, at))
  }

  #visitAll(schemas: readonly unknown[], value: unknown, at: string): (Cause | null)[] {
    return schemas.map((schema) => this.#visit(schema, value, at))
  }

  /** `minItems`, `maxLength` and the like. */
  #checkLimits(schema: SchemaObject, what: 'Items' | 'Length' | 'Properties', got: number, at: string, causes: Cause[]): void {
    const minimum = schema[`min${what}`]
    const maximum = schema[`max${what}`]
    if (typeof minimum === 'number' && got < minimum)
      this.#tell(causes, at, `min${what}: got ${formatCount(got)}, want ${formatCount(minimum)}`)
    if (typeof maximum === 'number' && got > maximum)
      this.#tell(causes, at, `max${what}: got ${formatCount(got)}, want ${formatCount(maximum)}`)
  }

  #because(at: string, text: string, causes: readonly Cause[] = []): Cause {
    this.#causes++
    return { at, text, causes, kind: 'plain' }
  }

  #tell(causes: Cause[], at: string, text: string, inner: readonly Cause[] = []): void {
    this.#add(causes, this.#because(at, text, inner))
  }

  #add(causes: Cause[], cause: Cause | null): void {
    if (cause !== null && !this.#isFull(causes)) causes.push(cause)
  }

  /** Enough was told; but a schema that fails needs one reason at least. */
  #isFull(causes: readonly Cause[]): boolean {
    return this.#causes > MAX_CAUSES && causes.length > 0
  }
}

function describeEnum(choices: readonly unknown[]): string {
  if (choices.some(isStructure)) return "'enum' failed"
  return choices.length === 1 ? `value must be ${display(choices[0])}` : `value must be one of ${choices.map(display).join(', ')}`
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}

function isInteger(value: unknown): boolean {
  return typeof value === 'number' && (Number.isInteger(value) || Math.abs(value) === Infinity)
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function countCharacters(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code < 0xdc00 && text.charCodeAt(i + 1) >> 10 === 0x37) i++
    count++
  }
  return count
}
