// From the schema of a component's options to a table in Markdown. Knows no component.

import type { TSchema } from 'typebox'

/** The part of JSON Schema that options are written in. */
export interface Shape {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly known?: readonly string[]
  readonly keepsWrong?: boolean
  readonly keepsNull?: boolean
}

interface Row {
  readonly name: string
  readonly type: string
  readonly fallback: string
  readonly meaning: string
}

const HEAD = ['| option | type | default | meaning |', '|---|---|---|---|']

/** Throws when an option has no description. */
export function optionsTable(schema: TSchema): string {
  const shape = schema as Shape
  return [...HEAD, ...rowsOfBlock(shape).map(formatRow)].join('\n')
}

function rowsOfBlock(shape: Shape): Row[] {
  if (shape.properties !== undefined) return rowsOf(shape, '')
  const row = rowOf('the block itself', shape, true)
  const inside: [Shape, string][] = [
    ...(shape.anyOf ?? []).map((choice): [Shape, string] => [choice, '']),
    ...(shape.items === undefined ? [] : [[shape.items, '[].'] satisfies [Shape, string]]),
    ...Object.values(shape.patternProperties ?? {}).map((value): [Shape, string] => [value, 'NAME.']),
  ]
  return [row, ...inside.flatMap(([choice, prefix]) => rowsOf(choice, prefix))]
}

function rowsOf({ properties = {}, required = [] }: Shape, prefix: string): Row[] {
  return Object.entries(properties).flatMap(([key, option]) => {
    const name = `${prefix}${key}`
    if (option.properties !== undefined) return rowsOf(option, `${name}.`)
    const row = rowOf(`\`${name}\``, option, required.includes(key))
    const choices = (option.anyOf ?? []).flatMap((choice) => rowsOf(choice, `${name}.`))
    return [row, ...choices, ...rowsOf(option.items ?? {}, `${name}[].`)]
  })
}

function rowOf(name: string, option: Shape, isRequired: boolean): Row {
  const { description = '' } = option
  if (description === '') throw new Error(`the option ${name} has no description`)
  return { name, type: nameType(option), fallback: formatDefault(option.default, isRequired), meaning: description }
}

function formatRow({ name, type, fallback, meaning }: Row): string {
  return `| ${[name, type, fallback, meaning].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const TYPE_NAMES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['text', 'texts'],
  integer: ['integer', 'integers'],
  number: ['number', 'numbers'],
  boolean: ['boolean', 'booleans'],
  object: ['object', 'objects'],
}

function nameType(shape: Shape, isMany = false): string {
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map((choice) => nameType(choice, isMany)))].join(' or ')
  if (shape.enum !== undefined) return shape.enum.map(showValue).join(', ')
  if (shape.const !== undefined) return showValue(shape.const)
  if (shape.known !== undefined) return shape.known.map(showValue).join(', ')
  if (shape.type === 'array') return `${isMany ? 'lists' : 'list'} of ${nameType(shape.items ?? {}, true)}`
  const values = Object.values(shape.patternProperties ?? {})[0]
  if (values?.type !== undefined) return `${isMany ? 'objects' : 'object'} of ${nameType(values, true)}`
  const names = TYPE_NAMES[shape.type ?? '']
  return names === undefined ? 'anything' : names[isMany ? 1 : 0]
}

function formatDefault(value: unknown, isRequired: boolean): string {
  if (value === undefined) return isRequired ? 'needed' : 'not set'
  const isEmpty = value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  return isEmpty ? 'empty' : showValue(value)
}

function showValue(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
