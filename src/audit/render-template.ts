// A tree of a format template and data become text, as Go's text/template writes it. Knows no function.

import { getKey, isJsonObject, type JsonValue } from '../json/types.ts'
import type { Command, Node, Operand, Pipeline } from './parse-template.ts'
import { encodeJson } from '../json/write.ts'
import { TemplateError } from './template-tokens.ts'

/** A function of one operand. Throws a TypeError, whose message is shown, when it cannot take the value. */
export type TemplateFunction = (value: JsonValue) => string

export interface Rendering {
  readonly functions: ReadonlyMap<string, TemplateFunction>
}

/** The text for `data`: objects with keys like `severity`, which templates call `.Severity`. Throws a TemplateError. */
export function renderTemplate(nodes: readonly Node[], data: JsonValue, rendering: Rendering): string {
  return nodes.map((node) => renderNode(node, data, rendering)).join('')
}

function renderNode(node: Node, dot: JsonValue, rendering: Rendering): string {
  if (node.kind === 'text') return node.text
  const value = evaluate(node.pipeline, dot, rendering)
  if (node.kind === 'value') return formatValue(value)
  if (node.kind === 'if') return renderTemplate(isTrue(value) ? node.body : node.otherwise, dot, rendering)
  if (!Array.isArray(value)) throw renderError(node.pipeline.line, 'range', `range can't iterate over ${formatValue(value)}`)
  if (value.length === 0) return renderTemplate(node.otherwise, dot, rendering)
  return value.map((item) => renderTemplate(node.body, item, rendering)).join('')
}

function evaluate({ commands, line }: Pipeline, dot: JsonValue, rendering: Rendering): JsonValue {
  let piped: JsonValue[] = []
  for (const command of commands) piped = [run(command, piped, { dot, line, rendering })]
  return piped[0] ?? ''
}

interface Place {
  readonly dot: JsonValue
  readonly line: number
  readonly rendering: Rendering
}

function run({ name, operands }: Command, piped: readonly JsonValue[], place: Place): JsonValue {
  const values = [...operands.map((operand) => valueOf(operand, place)), ...piped]
  const call = name === null ? undefined : place.rendering.functions.get(name)
  const [value, ...others] = values
  if (name === null || call === undefined) return value ?? ''
  if (value === undefined || others.length > 0) {
    throw renderError(place.line, name, `wrong number of args for ${name}: want 1 got ${values.length}`)
  }
  try {
    return call(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw renderError(place.line, [name, ...operands.map(({ source }) => source)].join(' '), error.message)
  }
}

function valueOf(operand: Operand, { dot, line }: Place): JsonValue {
  if (operand.kind === 'text') return operand.text
  let value = dot
  for (const field of operand.path) {
    const key = `${field.charAt(0).toLowerCase()}${field.slice(1)}`
    // exported fields only, as in Go: `.rule` is no field
    const found = isJsonObject(value) && key !== field ? getKey(value, key) : undefined
    if (found === undefined) throw renderError(line, operand.source, `can't evaluate field ${field}${listFields(value)}`)
    value = found
  }
  return value
}

function listFields(value: JsonValue): string {
  if (!isJsonObject(value)) return Array.isArray(value) ? ' of a list: use {{ range }}' : ' of a text'
  const names = Object.keys(value).map((key) => `.${key.charAt(0).toUpperCase()}${key.slice(1)}`)
  return names.length === 0 ? ': there are none here' : `: here are ${names.join(', ')}`
}

function renderError(line: number, source: string, message: string): TemplateError {
  return new TemplateError('render', `template: audit:${line}: executing "audit" at <${source}>: ${message}`)
}

function isTrue(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== ''
}

/** `%v` of Go: structs are `{a b}`, lists `[a b]`. */
function formatValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`
  if (isJsonObject(value)) return `{${Object.values(value).map(formatValue).join(' ')}}`
  return typeof value === 'string' ? value : encodeJson(value)
}
