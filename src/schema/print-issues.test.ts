// What a person sees of an issue.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorIssue, type IssuePath, type Source, warningIssue } from './issue.ts'
import { printIssues } from './print-issues.ts'

function source(text: string | null, format = 'json'): Source {
  return { file: 'k.json', text, format, synonymsOf: (name) => (name === 'proxy' ? ['github.com/old/proxy'] : []) }
}

async function firstLine(path: IssuePath, of: Source): Promise<string> {
  return (await printIssues([errorIssue('x', path, 'bad')], of)).split('\n')[0]!
}

const json = `{
  "Version": 3,
  "endpoints": [
    { "endpoint": "/a" },
    { "endpoint": "/b", "backend": { "host": ["a", "b"] }, "extra_config": { "github.com/old/proxy": { "x": 1 } } }
  ]
}
`

test('shows the place, an excerpt with a caret and the hint', async () => {
  const issue = warningIssue('x', ['endpoints', 0, 'endpoint'], 'looks odd', 'try another')
  assert.equal(
    await printIssues([issue], source(json)),
    [
      'k.json:4:7: warning: looks odd (endpoints[0].endpoint)',
      '  4 |     { "endpoint": "/a" },',
      '    |       ^^^^^^^^^^',
      '  hint: try another',
      '',
    ].join('\n'),
  )
})

test('finds other cases, older names, single values for lists and the nearest parent', async () => {
  assert.match(await firstLine(['version'], source(json)), /^k\.json:2:3: /)
  assert.match(await firstLine(['endpoints', 1, 'extra_config', 'proxy', 'x'], source(json)), /^k\.json:5:104: /)
  assert.match(await firstLine(['endpoints', 1, 'backend', 0, 'host', 1], source(json)), /^k\.json:5:52: /)
  assert.match(await firstLine(['endpoints', 1, 'backend', 0, 'nothing', 'deep'], source(json)), /^k\.json:5:25: /)
  assert.match(await firstLine(['nothing'], source(json)), /^k\.json: error/)
})

test('finds places in YAML, through anchors as well', async () => {
  const yaml = 'version: 3\nx: &b\n  host: [a]\nendpoints:\n  - endpoint: /a\n    backend:\n      - *b\n      - url_pattern: /c\n'
  assert.match(await firstLine(['endpoints', 0, 'backend', 1, 'url_pattern'], source(yaml, 'yaml')), /^k\.json:8:9: /)
  assert.match(await firstLine(['endpoints', 0, 'backend', 0, 'host'], source(yaml, 'yaml')), /^k\.json:3:3: /)
})

test('other formats and unreadable files have no place', async () => {
  assert.match(await firstLine(['version'], source('version = 3', 'toml')), /^k\.json: error: bad \(version\)$/)
  assert.match(await firstLine(['version'], source(null)), /^k\.json: error/)
})

test('long lines are cut around the place', async () => {
  const minified = `{"a":"${'x'.repeat(500)}","b":1}`
  const lines = (await printIssues([errorIssue('x', ['b'], 'bad')], source(minified))).split('\n')
  assert.ok(lines[1]!.length < 140)
  assert.equal(lines[1]!.slice(lines[2]!.indexOf('^'), lines[2]!.lastIndexOf('^') + 1), '"b"')
})

test('a thousand issues are not all shown', async () => {
  const issues = Array.from({ length: 1000 }, () => errorIssue('x', ['endpoints', 0], 'bad'))
  const text = await printIssues(issues, source(json))
  assert.match(text, /… and 900 more\n$/)
  assert.equal(await printIssues([], source(json)), '')
})
