// What a person sees of an issue.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorIssue, type IssuePath, type Source, warningIssue } from './issue.ts'
import { describeIssues, printIssues } from './print-issues.ts'

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
  assert.match(await firstLine(['version'], source('version: 3', 'hcl')), /^k\.json: error: bad \(version\)$/)
  assert.match(await firstLine(['version'], source(null)), /^k\.json: error/)
})

test('long lines are cut around the place', async () => {
  const minified = `{"a":"${'x'.repeat(500)}","b":1}`
  const lines = (await printIssues([errorIssue('x', ['b'], 'bad')], source(minified))).split('\n')
  assert.ok(lines[1]!.length < 140)
  assert.equal(lines[1]!.slice(lines[2]!.indexOf('^'), lines[2]!.lastIndexOf('^') + 1), '"b"')
})

test('equal issues are shown once with their places, other ones up to a hundred', async () => {
  const equal = [0, 1, 1].map((index) => errorIssue('x', ['endpoints', index], 'bad'))
  assert.match(await printIssues(equal, source(json)), /^k\.json:4:5: error: bad[^]*\n  and at 2 more places: lines 5, 5\n$/)
  assert.equal((await printIssues(equal, source(json), { showsAll: true })).match(/error: bad/g)?.length, 3)
  const issues = Array.from({ length: 1000 }, (_, index) => errorIssue('x', ['endpoints', 0], `bad ${index}`))
  assert.match(await printIssues(issues, source(json)), /… and 900 more: --all shows every place\n$/)
  assert.equal(await printIssues([], source(json)), '')
})

test('effect, other places and the corrected text have lines of their own; colours are for terminals', async () => {
  const issue = {
    ...errorIssue('x', ['endpoints', 1, 'endpoint'], 'bad'),
    effect: 'nobody is let in',
    related: [['endpoints', 0, 'endpoint']],
    fix: [{ path: ['endpoints', 1, 'endpoint'], replaces: 'value', text: '"/c"' }],
  } as const
  const lines = (await printIssues([issue], source(json))).split('\n')
  assert.deepEqual(lines.slice(3), [
    '  see also k.json:4:7 (endpoints[0].endpoint)',
    '  4 |     { "endpoint": "/a" },',
    '    |       ^^^^^^^^^^',
    '  effect: nobody is let in',
    '  hint: write "/c"',
    '',
  ])
  assert.match(await printIssues([issue], source(json), { hasColors: true }), /^k\.json:5:7: \u001B\[31;1merror\u001B\[0m: bad/)
  const [described] = await describeIssues([issue], source(json))
  assert.deepEqual([described?.line, described?.column, described?.effect, described?.fix], [5, 7, 'nobody is let in', issue.fix])
})

test('finds places in TOML: tables, lists of tables, inline ones, quoted and dotted keys', async () => {
  const toml = `# a comment with "quotes"
version = 3
"host" = ["http://a", 'http://b']
extra_config.router.return_error_msg = true

[[endpoints]]
endpoint = "/a"
[[endpoints.backend]]
url_pattern = '''
x = 1'''
[[endpoints]]
endpoint = "/b"
backend = [{ url_pattern = "/x" }, { url_pattern = "/y", extra_config = { "qos/http-cache" = { shared = "x" } } }]
`
  const at = async (...path: (string | number)[]): Promise<string> => (await firstLine(path, source(toml, 'toml'))).split(':', 3).join(':')
  assert.equal(await at('version'), 'k.json:2:1')
  assert.equal(await at('host', 1), 'k.json:3:23')
  assert.equal(await at('extra_config', 'router', 'return_error_msg'), 'k.json:4:21')
  assert.equal(await at('endpoints', 0, 'backend', 0, 'url_pattern'), 'k.json:9:1')
  assert.equal(await at('endpoints', 1, 'endpoint'), 'k.json:12:1')
  assert.equal(await at('endpoints', 1, 'backend', 1, 'extra_config', 'qos/http-cache', 'shared'), 'k.json:13:96')
  assert.equal(await at('endpoints', 1, 'nothing'), 'k.json:11:3')
})
