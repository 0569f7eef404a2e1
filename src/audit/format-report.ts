// The result of an audit as text: KrakenD's lines, or the user's template with KrakenD's functions.

import { fn, type GoFunction } from '../go/function.ts'
import { marshal } from '../go/json.ts'
import { GoStruct } from '../go/struct.ts'
import { parseTemplate, TemplateError } from '../go/template/index.ts'
import { GoSlice } from '../go/value.ts'
import type { AuditResult } from './audit-config.ts'

const LINES = '{{ range .Recommendations }}{{ .Rule }}\t[{{ .Severity }}]   \t{{ .Message }}\n{{ end }}'
const COLORED_LINES = '{{ range .Recommendations }}{{ .Rule }}\t[{{ colored .Severity }}]   \t{{ .Message }}\n{{ end }}'

/** Said with a field that does not exist. */
const FIELDS = 'a report has .Stats and .Recommendations, each of which has .Rule, .Severity and .Message'

/** Codes of ANSI terminals. */
const COLORS: Readonly<Record<string, number>> = { LOW: 32, MEDIUM: 33, HIGH: 31, CRITICAL: 41 }

const functions: ReadonlyMap<string, GoFunction> = new Map([
  ['marshal', fn(['any'], (value) => marshal(value))],
  ['colored', fn(['string'], color)],
])

/** Reads a template; empty is KrakenD's own, colored for a terminal. The result renders. Both throw a TemplateError. */
export function compileFormat(template: string, isTerminal: boolean): (result: AuditResult) => string {
  const format = parseTemplate('audit', template === '' ? (isTerminal ? COLORED_LINES : LINES) : template, { functions })
  return (result) => {
    try {
      return format.render(toStruct(result))
    } catch (error) {
      if (!(error instanceof TemplateError) || !error.message.includes("can't evaluate field")) throw error
      throw new TemplateError(error.stage, `${error.message}; ${FIELDS}`, error.place)
    }
  }
}

/** As Go's templates see it: `.Recommendations`, each with `.Rule`, `.Severity` and `.Message`, and `.Stats`. */
function toStruct({ recommendations }: AuditResult): GoStruct {
  const items = recommendations.map(({ rule, severity, message }) => {
    return new GoStruct('audit.Recommendation', [
      ['Rule', 'rule', rule],
      ['Severity', 'severity', severity],
      ['Message', 'message', message],
    ])
  })
  return new GoStruct('audit.AuditResult', [
    ['Recommendations', 'recommendations', new GoSlice('audit.Recommendation', items)],
    ['Stats', 'stats', new GoStruct('audit.Stats', [])],
  ])
}

function color(severity: string): string {
  const code = Object.hasOwn(COLORS, severity) ? COLORS[severity] : undefined
  return code === undefined ? severity : `\u001B[${code};1m${severity}\u001B[0m`
}
