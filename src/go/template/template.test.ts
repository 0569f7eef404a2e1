// Go's template language: what is written, and where mistakes are.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { fn } from '../function.ts'
import { fromJsonValue, GoFunctionValue } from '../value.ts'
import { parseTemplate, TemplateError } from './index.ts'

const DATA = {
  text: 'Hello',
  whole: 42,
  million: 1_000_000,
  yes: true,
  nothing: null,
  list: ['a', 'b', 'c'],
  map: { z: 1, a: 2 },
  deep: { a: { b: 'x' } },
  objects: [{ name: 'one' }, { name: 'two' }],
}

function render(template: string, data: unknown = DATA): string {
  try {
    return parseTemplate('t', template).render(fromJsonValue(data))
  } catch (error) {
    assert.ok(error instanceof TemplateError)
    return `${error.stage}: ${error.message}`
  }
}

/** Template, what it writes or `stage: message`. */
const CASES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'texts, literals and trimming': [
    ['a {{- "b" -}} \n c', 'abc'],
    ['{{/* c */}}x{{- /* d */ -}} y', 'xy'],
    ["{{0x1F}} {{1_000}} {{1e3}} {{1e6}} {{'a'}} {{`r\\n`}} {{1+2i}}", '31 1000 1000 1e+06 97 r\\n (1+2i)'],
    ['{{"\\u00e9\\x41\\t"}}', 'éA\t'],
    ['{{-3}} {{ . | len }}', '-3 9'],
  ],
  'fields and missing values': [
    ['{{.whole}} {{.million}} {{.yes}} {{.map}} {{.list}}', '42 1e+06 true map[a:2 z:1] [a b c]'],
    ['{{.no}} {{.no.deeper}} {{.nothing}} {{.deep.a.b}} {{$.text}}', '<no value> <no value> <no value> x Hello'],
    ['{{.nothing.x}}', 'exec: template: t:1:10: executing "t" at <.nothing.x>: nil pointer evaluating interface {}.x'],
    ['{{.text.x}}', 'exec: template: t:1:7: executing "t" at <.text.x>: can\'t evaluate field x in type interface {}'],
    ['{{(index .objects 1).name}}', 'two'],
  ],
  'pipelines and variables': [
    ['{{"x" | printf "%s-%s" "b"}}', 'b-x'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{end}}{{$x}}', '2'],
    ['{{$x = 1}}', 'exec: template: t:1:7: executing "t" at <1>: undefined variable: $x'],
    ['{{and 0 (index .list 9)}}{{or "" "y"}}{{not .no}}', '0ytrue'],
    ['{{(1) 2}}', 'exec: template: t:1:2: executing "t" at <(1) 2>: can\'t give argument to non-function 1'],
    ['{{1 | 2}}', 'parse: template: t:1: non executable command in pipeline stage 2'],
  ],
  'conditions and loops': [
    ['{{if 0}}a{{else if .no}}b{{else}}c{{end}}', 'c'],
    ['{{with 0}}a{{else with .text}}{{.}}{{end}}', 'Hello'],
    ['{{range $i, $v := .list}}{{if eq $v "b"}}{{continue}}{{end}}{{$i}}{{$v}}{{end}}', '0a2c'],
    ['{{range .list}}{{break}}{{else}}none{{end}}{{range .no}}{{else}}none{{end}}', 'none'],
    ['{{range $k, $v := .map}}{{$k}}{{$v}}{{end}}{{range 3}}{{.}}{{end}}', 'a2z1012'],
    ['{{range .text}}{{end}}', 'exec: template: t:1:8: executing "t" at <.text>: range can\'t iterate over Hello'],
    ['{{range print nil}}{{end}}', 'exec: template: t:1:14: executing "t" at <nil>: range can\'t iterate over <nil>'],
    ['{{break}}', 'parse: template: t:1: {{break}} outside {{range}}'],
  ],
  'templates within templates': [
    ['{{define "a"}}<{{.}}{{$}}>{{end}}{{template "a" 1}}{{template "a"}}', '<11><<no value><no value>>'],
    ['{{block "b" .text}}{{.}}!{{end}}', 'Hello!'],
    ['{{template "no"}}', 'exec: template: t:1:11: executing "t" at <{{template "no"}}>: template "no" not defined'],
    ['{{define "a"}}x{{end}}{{define "a"}}y{{end}}', 'parse: template: t:1: template: multiple definition of template "a"'],
  ],
  comparisons: [
    ['{{eq 1 2 1}} {{ne "a" "b"}} {{lt 1.5 2.5}} {{ge "b" "a"}} {{eq .no nil}}', 'true true true true true'],
    [
      '{{eq .whole 42}}',
      'exec: template: t:1:2: executing "t" at <eq .whole 42>: error calling eq: incompatible types for comparison: float64 and int',
    ],
    [
      '{{eq .list .deep}}',
      'exec: template: t:1:2: executing "t" at <eq .list .deep>: error calling eq: non-comparable types [a b c]: []interface {}, map[string]interface {}: map[a:map[b:x]]',
    ],
    ['{{lt .list 1}}', 'exec: template: t:1:2: executing "t" at <lt .list 1>: error calling lt: invalid type for comparison'],
  ],
  'functions of every template': [
    ['{{index .list 1}} {{index .deep "a" "b"}} {{len "é"}} {{slice "hello" 1 3}} {{slice .list 1}}', 'b x 2 el [b c]'],
    ['{{index .list 9}}', 'exec: template: t:1:2: executing "t" at <index .list 9>: error calling index: index out of range: 9'],
    ['{{html "<a&\'>"}} {{js "it\'s <"}} {{urlquery "a b&"}}', "&lt;a&amp;&#39;&gt; it\\'s \\u003C a+b%26"],
    ['{{print 1 2 "x" 3}}{{println nil}}', '1 2x3<nil>\n'],
    ['{{call .text}}', 'exec: template: t:1:2: executing "t" at <call .text>: error calling call: non-function .text of type string'],
    [
      '{{.list | call}}',
      'exec: template: t:1:10: executing "t" at <call>: error calling call: non-function <[]interface {} Value> of type []interface {}',
    ],
    ['{{printf 5}}', 'exec: template: t:1:9: executing "t" at <5>: expected string; found 5'],
  ],
  'texts that cannot be read': [
    ['{{', 'parse: template: t:1: unclosed action'],
    ['{{.', 'parse: template: t:1: illegal number syntax: "."'],
    ['{{.a)}}', 'parse: template: t:1: unexpected right paren'],
    ['{{if true}}\n', 'parse: template: t:2: unexpected EOF'],
    ['a\n{{nope}}', 'parse: template: t:2: function "nope" not defined'],
    ['{{.a-b}}', "parse: template: t:1: bad character U+002D '-'"],
    ['{{if true}}{{else}}{{else}}{{end}}', 'parse: template: t:1: expected end; found {{else}}'],
    ['{{/* x', 'parse: template: t:1: unclosed comment'],
    ['{{18446744073709551616}}', 'parse: template: t:1: integer overflow: "18446744073709551616"'],
  ],
}

describe('a template', () => {
  for (const [group, cases] of Object.entries(CASES)) {
    describe(group, () => {
      for (const [template, expected] of cases) test(JSON.stringify(template), () => assert.equal(render(template), expected))
    })
  }

  test('what came before an error is written', () => {
    const chunks: string[] = []
    const template = parseTemplate('t', 'a{{index .list 9}}b')
    assert.throws(() => template.execute(fromJsonValue(DATA), (text) => chunks.push(text)), TemplateError)
    assert.deepEqual(chunks, ['a'])
  })
  test('a later file replaces templates unless it is empty', () => {
    const template = parseTemplate('t', '{{template "x"}}{{define "x"}}first{{end}}')
    assert.equal(template.add('u', '{{define "x"}} {{end}}').render(null), 'first')
    assert.equal(template.add('v', '{{define "x"}}second{{end}}').render(null), 'second')
  })
  test('functions of the user are called, also as values', () => {
    const double = fn(['int'], (value) => value * 2)
    const functions = new Map([
      ['double', double],
      ['give', fn([], () => new GoFunctionValue(double))],
    ])
    assert.equal(parseTemplate('t', '{{double 4}} {{3 | double}} {{call (give) 5}}', { functions }).render(null), '8 6 10')
  })
  test('keys of prototypes are keys like any other', () => {
    const template = '{{.constructor}} {{.__proto__}} {{.toString}} {{index . "constructor"}} {{len .}}'
    assert.equal(render(template, {}), '<no value> <no value> <no value> <no value> 0')
    assert.equal(render('{{.__proto__}}{{.constructor}}', JSON.parse('{"__proto__": 1, "constructor": 2}')), '12')
  })
  test('a template that calls itself without end is an error', () => {
    assert.match(
      render('{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}'),
      /^exec: .*exceeded maximum template depth \(100000\)$/,
    )
    assert.match(render(`{{${'('.repeat(5000)}1${')'.repeat(5000)}}}`), /^parse: .*max expression depth exceeded$/)
  })
  test('a long line is read as fast as many short ones', () => {
    const millisecondsFor = (end: string): number => {
      const text = `{"a":{{.x}}},${end}`.repeat(60_000)
      const start = performance.now()
      parseTemplate('t', text)
      return performance.now() - start
    }
    millisecondsFor('\n')
    const short = millisecondsFor('\n')
    const long = millisecondsFor(' ')
    // where each token looks for the end of its line it is ten times as much
    assert.ok(long < 3 * short + 200, `${long} ms, ${short} ms in lines`)
  })
  test('whatever is written, there is a text or an error that names the place', () => {
    const parts = fc.constantFrom(
      '{{',
      '}}',
      ' ',
      '\n',
      '.',
      '.a',
      '$x',
      ':= ',
      '= ',
      'range ',
      'if ',
      'with ',
      'else',
      'end',
      'define "d"',
      'template "d" ',
      '|',
      '"',
      '`',
      "'",
      '(',
      ')',
      '1',
      'print ',
      'nil',
      '- ',
      ' -',
      '/*',
      '*/',
      ',',
      'break',
    )
    fc.assert(
      fc.property(fc.string({ unit: parts, maxLength: 30 }), (template) => {
        const text = render(template, { a: [1] })
        if (/^(parse|exec): /.test(text))
          assert.match(text, /^(parse|exec): template: t:(\d+|\d+:\d+: executing ".*" at <[^]*>): |incomplete or empty/)
      }),
    )
  })
})
