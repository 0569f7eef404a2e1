// Reports and the templates that users write for them: what is written, and how mistakes are named.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { AuditResult } from './audit-config.ts'
import { compileFormat } from './format-report.ts'
import { TemplateError } from '../go/template/index.ts'

const RESULT: AuditResult = {
  recommendations: [
    { rule: '1.1.1', severity: 'LOW', message: 'First <&>.' },
    { rule: '2.2.2', severity: 'CRITICAL', message: 'Second.' },
  ],
  stats: {},
}
const NOTHING: AuditResult = { recommendations: [], stats: {} }

function render(template: string, result = RESULT): string {
  return compileFormat(template, false)(result)
}

function errorOf(template: string, result = RESULT): string {
  try {
    return `rendered ${render(template, result)}`
  } catch (error) {
    assert.ok(error instanceof TemplateError)
    return `${error.stage}: ${error.message}`
  }
}

describe('without a template', () => {
  test('one line per recommendation, as KrakenD writes it', () => {
    assert.equal(render(''), '1.1.1\t[LOW]   \tFirst <&>.\n2.2.2\t[CRITICAL]   \tSecond.\n')
    assert.equal(render('', NOTHING), '')
  })
  test('a terminal shows severities in colors', () => {
    const lines = compileFormat('', true)(RESULT)
    assert.equal(lines, '1.1.1\t[\u001B[32;1mLOW\u001B[0m]   \tFirst <&>.\n2.2.2\t[\u001B[41;1mCRITICAL\u001B[0m]   \tSecond.\n')
  })
})

/** Template, what it writes. */
const TEMPLATES: readonly (readonly [string, string])[] = [
  ['a }} "b" \\n', 'a }} "b" \\n'],
  [
    '{{ marshal . }}',
    '{"recommendations":[{"rule":"1.1.1","severity":"LOW","message":"First \\u003c\\u0026\\u003e."},{"rule":"2.2.2","severity":"CRITICAL","message":"Second."}],"stats":{}}',
  ],
  ['{{.Stats|marshal}}', '{}'],
  ['{{range .Recommendations}}{{.Rule}};{{end}}', '1.1.1;2.2.2;'],
  ['{{range.Recommendations}}{{ . }}{{end}}', '{1.1.1 LOW First <&>.}{2.2.2 CRITICAL Second.}'],
  ['{{ .Recommendations }}', '[{1.1.1 LOW First <&>.} {2.2.2 CRITICAL Second.}]'],
  [
    '{{ range .Recommendations }}{{ if .Rule }}{{ colored .Severity }}{{ else }}no{{ end }} {{ end }}',
    '\u001B[32;1mLOW\u001B[0m \u001B[41;1mCRITICAL\u001B[0m ',
  ],
  ['{{ if .Stats }}yes{{ end }}{{ if "" }}yes{{ else }}no{{ end }}', 'yesno'],
  ['{{ "a\\tb\\n\\"}}\\\\" }}', 'a\tb\n"}}\\'],
  ['{{ `raw\\n` | marshal }}', '"raw\\\\n"'],
  ['{{ "other" | colored | marshal }}', '"other"'],
  ['a {{- "b" -}} \n c', 'abc'],
  ['a {{ "b" }} c', 'a b c'],
  ['{{\n"a"\n}}', 'a'],
  ['{{ with .Stats }}{{ end }}', ''],
  ['{{ if .Stats }}{{ else if .Stats }}{{ end }}', ''],
  ['{{ . | }}', '{[{1.1.1 LOW First <&>.} {2.2.2 CRITICAL Second.}] {}}'],
  ['{{ $.Stats }}', '{}'],
  ['{{ (.Stats) }}', '{}'],
]

describe('a template', () => {
  for (const [template, expected] of TEMPLATES) test(JSON.stringify(template), () => assert.equal(render(template), expected))

  test('range has an else for an empty list', () => {
    assert.equal(render('{{ range .Recommendations }}x{{ else }}none{{ end }}', NOTHING), 'none')
    assert.equal(render('{{ if .Recommendations }}some{{ else }}none{{ end }}', NOTHING), 'none')
  })
  test('text without actions is written as it stands', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        fc.pre(!text.includes('{{'))
        assert.equal(render(text), text)
      }),
    )
  })
  test('a quoted text is written as it was before it was quoted', () => {
    const letters = fc.constantFrom('a', ' ', '}}', '{{', '|', '.', '"', '\\', '\n', '\t', '\r', '`', 'é')
    fc.assert(
      fc.property(fc.string({ unit: letters }), (text) => {
        assert.equal(render(`<{{ ${JSON.stringify(text)} }}>`), `<${text}>`)
      }),
    )
  })
  test('whatever is written, there is a text or an error that names the place', () => {
    const parts = fc.constantFrom(
      '{{',
      '}}',
      ' ',
      '\n',
      '.',
      '.Rule',
      '.Recommendations',
      'range ',
      'if ',
      'else',
      'end',
      'marshal ',
      '|',
      '"',
      'x',
      '- ',
      ' -',
    )
    fc.assert(
      fc.property(fc.string({ unit: parts }), (template) => {
        assert.match(errorOf(template), /^(rendered |(parse|exec): template: audit:\d+:)/)
      }),
    )
  })
})

/** Template, the error. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ['{{ nope }}', 'parse: template: audit:1: function "nope" not defined'],
  ['a\n{{ "x" | nope }}', 'parse: template: audit:2: function "nope" not defined'],
  ['{{ else }}', 'parse: template: audit:1: unexpected {{else}}'],
  ['{{ end }}', 'parse: template: audit:1: unexpected {{end}}'],
  ['{{ range .Recommendations }}\n', 'parse: template: audit:2: unexpected EOF'],
  ['{{ }}', 'parse: template: audit:1: missing value for command'],
  ['{{ . | .Stats }}', 'exec: template: audit:1:7: executing "audit" at <.Stats>: Stats has arguments but cannot be invoked as function'],
  ['{{ .Stats . }}', 'exec: template: audit:1:3: executing "audit" at <.Stats>: Stats has arguments but cannot be invoked as function'],
  ['{{ marshal marshal }}', 'exec: template: audit:1:11: executing "audit" at <marshal>: wrong number of args for marshal: want 1 got 0'],
  ['{{ "a }}', 'parse: template: audit:1: unterminated quoted string'],
  ['{{ "\\q" }}', 'parse: template: audit:1: invalid syntax'],
  ['x {{ .Stats', 'parse: template: audit:1: unclosed action'],
  [
    '{{ .Nope }}',
    `exec: template: audit:1:3: executing "audit" at <.Nope>: can't evaluate field Nope in type audit.AuditResult; a report has .Stats and .Recommendations, each of which has .Rule, .Severity and .Message`,
  ],
  [
    '{{ .stats }}',
    `exec: template: audit:1:3: executing "audit" at <.stats>: can't evaluate field stats in type audit.AuditResult; a report has .Stats and .Recommendations, each of which has .Rule, .Severity and .Message`,
  ],
  [
    '{{ .Recommendations.Rule }}',
    `exec: template: audit:1:19: executing "audit" at <.Recommendations.Rule>: can't evaluate field Rule in type []audit.Recommendation; a report has .Stats and .Recommendations, each of which has .Rule, .Severity and .Message`,
  ],
  ['{{ range .Stats }}{{ end }}', `exec: template: audit:1:9: executing "audit" at <.Stats>: range can't iterate over {}`],
  ['{{ colored . }}', 'exec: template: audit:1:11: executing "audit" at <.>: wrong type for value; expected string; got audit.AuditResult'],
  ['{{ marshal }}', 'exec: template: audit:1:3: executing "audit" at <marshal>: wrong number of args for marshal: want 1 got 0'],
  ['{{ . | marshal . }}', 'exec: template: audit:1:7: executing "audit" at <marshal>: wrong number of args for marshal: want 1 got 2'],
]

describe('a mistake in a template is named with its place', () => {
  for (const [template, expected] of MISTAKES) test(JSON.stringify(template), () => assert.equal(errorOf(template), expected))
})
