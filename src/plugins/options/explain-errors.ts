// What is wrong with options, in the words that the gateway has for its own: ajv knows the keyword that failed, and who wrote it does not.

import type { ErrorObject } from 'ajv'
import { suggestHint } from '../../schema/suggest.ts'
import { isObject } from '../../json/types.ts'
import { describeValue } from '../../schema/values.ts'
import type { OptionProblem } from '../loaded.ts'

type Path = readonly (string | number)[]

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}
/** Keywords with several schemas: what each of them says is no help by itself. */
const CHOICES: ReadonlySet<string> = new Set(['anyOf', 'oneOf'])
/** Whatever these say is said by another error. */
const SILENT: ReadonlySet<string> = new Set(['if', 'propertyNames'])

/** Each problem once, in the order in which they were found. `value` is what was checked. */
export function explainErrors(errors: readonly ErrorObject[], value: unknown): OptionProblem[] {
  const choices = errors.filter(({ keyword }) => CHOICES.has(keyword))
  const inside = (error: ErrorObject, choice: ErrorObject): boolean =>
    error !== choice && error.schemaPath.startsWith(`${choice.schemaPath}/`) && error.instancePath.startsWith(choice.instancePath)
  const problems = errors
    .filter((error) => !SILENT.has(error.keyword) && !choices.some((choice) => inside(error, choice)))
    .map((error) =>
      explain(
        error,
        errors.filter((other) => inside(other, error)),
        value,
      ),
    )
  const seen = new Set<string>()
  return problems.filter(({ path, message }) => {
    const key = JSON.stringify([path, message])
    return !seen.has(key) && seen.add(key)
  })
}

function explain(error: ErrorObject, parts: readonly ErrorObject[], root: unknown): OptionProblem {
  const path = readPointer(error.instancePath, root)
  const params = error.params as Readonly<Record<string, unknown>>
  const unknown = params['additionalProperty'] ?? params['unevaluatedProperty']
  if (typeof unknown === 'string')
    return { path: [...path, unknown], message: `unknown option "${unknown}"`, hint: suggestHint(unknown, namesOf(error.parentSchema)) }
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') return explainMissing(error, path, params)
  const allowed = CHOICES.has(error.keyword) ? allowedBy(parts, error.instancePath) : allowedValues(error)
  if (allowed !== null) return explainChoice(allowed, error.data, path)
  const types = CHOICES.has(error.keyword) ? typesOf(parts, error.instancePath) : error.keyword === 'type' ? [params['type']].flat() : null
  if (types !== null) return { path, message: `must be ${nameTypes(types)}, not ${describeValue(error.data)}` }
  return { path, message: describeKeyword(error, params) }
}

function explainMissing({ data, parentSchema }: ErrorObject, path: Path, params: Readonly<Record<string, unknown>>): OptionProblem {
  const name = String(params['missingProperty'])
  const known = new Set(namesOf(parentSchema))
  const others = isObject(data) ? Object.keys(data).filter((key) => !known.has(key)) : []
  const hint = suggestHint(name, others)
  return {
    path,
    message: `"${name}" is missing`,
    ...(hint === '' ? {} : { hint: hint.replace('did you mean', 'what is written is') }),
  }
}

function explainChoice(allowed: readonly unknown[], data: unknown, path: Path): OptionProblem {
  const texts = allowed.filter((one) => typeof one === 'string')
  const hint = typeof data === 'string' ? suggestHint(data, texts) : ''
  const list = allowed.map((one) => JSON.stringify(one)).join(', ')
  const message = `must be ${allowed.length === 1 ? '' : 'one of '}${list}, not ${describeValue(data)}`
  return { path, message, ...(hint === '' ? {} : { hint }) }
}

/** What `enum` and `const` allow; null for other keywords. */
function allowedValues({ keyword, params }: ErrorObject): unknown[] | null {
  const { allowedValues: list, allowedValue: one } = params as { allowedValues?: unknown[]; allowedValue?: unknown }
  if (keyword === 'enum') return list ?? null
  return keyword === 'const' ? [one] : null
}

/** What a choice between constants allows; null when it is one between anything else. */
function allowedBy(parts: readonly ErrorObject[], at: string): unknown[] | null {
  const here = parts.filter(({ instancePath }) => instancePath === at)
  // A constant has a type as well, which says nothing more.
  const lists = here.filter(({ keyword }) => keyword !== 'type').map(allowedValues)
  if (lists.length === 0 || here.length < parts.length || lists.includes(null)) return null
  return lists.flatMap((list) => list ?? [])
}

function typesOf(parts: readonly ErrorObject[], at: string): unknown[] | null {
  if (parts.length === 0 || parts.some(({ keyword, instancePath }) => keyword !== 'type' || instancePath !== at)) return null
  return parts.flatMap(({ params }) => (params as { type: unknown }).type)
}

function nameTypes(types: readonly unknown[]): string {
  return [...new Set(types.map((type) => TYPES[String(type)] ?? String(type)))].join(' or ')
}

function describeKeyword({ keyword, data, message = 'is wrong' }: ErrorObject, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'exclusiveMinimum':
      return `must be more than ${limit}`
    case 'exclusiveMaximum':
      return `must be less than ${limit}`
    case 'multipleOf':
      return `must be a multiple of ${String(params['multipleOf'])}`
    case 'minLength':
      return `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'pattern':
      return `must match ${String(params['pattern'])}, not ${describeValue(data)}`
    case 'minItems':
    case 'minProperties':
      return `must have at least ${limit} entries`
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${limit} entries`
    case 'uniqueItems':
      return 'must not have the same entry twice'
    case 'anyOf':
    case 'oneOf':
      return 'has none of the forms that are allowed here'
    case 'false schema':
      return 'is not allowed here'
    default:
      return message
  }
}

function namesOf(schema: unknown): string[] {
  const properties = isObject(schema) ? schema['properties'] : undefined
  return isObject(properties) ? Object.keys(properties) : []
}

/** The steps of a JSON pointer: those into lists are numbers. */
function readPointer(pointer: string, root: unknown): Path {
  const path: (string | number)[] = []
  let value = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(Array.isArray(value) ? Number(key) : key)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  return path
}
