// The result of an audit as text: KrakenD's lines, or the user's template with KrakenD's functions.

import { encodeJson } from '../json/write.ts'
import type { JsonValue } from '../json/types.ts'
import type { AuditResult } from './audit-config.ts'
import { parseTemplate } from './parse-template.ts'
import { renderTemplate, type TemplateFunction } from './render-template.ts'

const LINES = '{{ range .Recommendations }}{{ .Rule }}\t[{{ .Severity }}]   \t{{ .Message }}\n{{ end }}'
const COLORED_LINES = '{{ range .Recommendations }}{{ .Rule }}\t[{{ colored .Severity }}]   \t{{ .Message }}\n{{ end }}'

/** Codes of ANSI terminals. */
const COLORS: Readonly<Record<string, number>> = { LOW: 32, MEDIUM: 33, HIGH: 31, CRITICAL: 41 }

const functions: ReadonlyMap<string, TemplateFunction> = new Map([
  ['marshal', encodeJson],
  ['colored', color],
])

/** Reads a template; empty is KrakenD's own, colored for a terminal. The result renders. Both throw a TemplateError. */
export function compileFormat(template: string, isTerminal: boolean): (result: AuditResult) => string {
  const nodes = parseTemplate(template === '' ? (isTerminal ? COLORED_LINES : LINES) : template, new Set(functions.keys()))
  return (result) => renderTemplate(nodes, result as unknown as JsonValue, { functions })
}

function color(value: JsonValue): string {
  if (typeof value !== 'string') throw new TypeError('wrong type for value; expected string: write {{ colored .Severity }}')
  const code = Object.hasOwn(COLORS, value) ? COLORS[value] : undefined
  return code === undefined ? value : `\u001B[${code};1m${value}\u001B[0m`
}
