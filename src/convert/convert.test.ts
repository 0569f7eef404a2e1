// What stays the same in another format and version, and what is told when it cannot.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { parseText } from '../config/load.ts'
import { parseJsonText } from '../json/parse.ts'
import { convert } from './convert.ts'
import type { FileVersion } from './convert-version.ts'
import { readTree } from './read-tree.ts'
import { treeOf, valueOf, type MapNode } from './tree.ts'
import { writeToml } from './write-toml.ts'
import { writeYaml } from './write-yaml.ts'
import { TARGET_FORMATS, type TargetFormat } from './write-tree.ts'

async function toFormat(text: string, extension: string, format: TargetFormat): Promise<{ text: string | null; told: string[] }> {
  const { text: result, remarks } = await convert({ text, extension, version: null, format })
  return { text: result, told: remarks.map(({ kind, line, message }) => `${kind} ${line}: ${message}`) }
}

async function toVersion(file: object, version: FileVersion): Promise<{ value: unknown; told: string[] }> {
  const { text, remarks } = await convert({ text: JSON.stringify(file), extension: '.json', version, format: null })
  return { value: text === null ? null : (JSON.parse(text) as unknown), told: remarks.map(({ kind, message }) => `${kind} ${message}`) }
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii' }),
  fc.string(),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1',
    '1e3',
    '0x1F',
    '2024-01-02',
    '- a',
    'a: b',
    'a #b',
    '#a',
    "it's",
    '"',
    '{{ x }}',
    ' lead',
    'trail ',
    '.5',
    '=',
    '<<',
  ),
  fc
    .array(fc.constantFrom('local x = 1', '  indented', '', '# no comment', 'tab\there'), { minLength: 1, maxLength: 4 })
    .map((lines) => lines.join('\n')),
)
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }))
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('node'),
      { maxKeys: 3 },
    ),
  ),
})).node
const file = fc.dictionary(
  text.filter((key) => key !== '__proto__' && key !== '<<'),
  value,
  { maxKeys: 4 },
)

describe('formats', () => {
  for (const [format, write] of [
    ['yaml', writeYaml],
    ['toml', (root: MapNode) => writeToml(root, () => {})],
  ] as const)
    test(`any value reads from ${format} as it was written`, async () => {
      await fc.assert(
        fc.asyncProperty(file, async (object) => {
          const tree = treeOf(object) as MapNode
          const { raw, issue } = await parseText(write(tree), `.${format}`)
          assert.equal(issue, null, write(tree))
          assert.deepEqual(raw, parseJsonText(JSON.stringify(valueOf(tree))))
        }),
        { numRuns: 300 },
      )
    })

  test('digits are those of the source, in every format', async () => {
    const source = '{"a": 10000000000000000001, "b": 1.50, "c": [1e3]}'
    assert.deepEqual((await toFormat(source, '.json', 'yaml')).text, 'a: 10000000000000000001\nb: 1.50\nc:\n  - 1e3\n')
    const toml = await toFormat(source, '.json', 'toml')
    assert.equal(toml.text, 'a = 10000000000000000000.0\nb = 1.50\nc = [1e3]\n')
    assert.deepEqual(toml.told, ['lost 1: digits of 10000000000000000001'])
    assert.match((await toFormat('a: 10000000000000000001\n', '.yml', 'json')).text ?? '', /"a": 10000000000000000001\n/)
  })

  test('comments stay where the target has them, and are told line by line where it has not', async () => {
    const source = `# head
version: 3 # behind
endpoints:
  # above
  - endpoint: /a # path
    backend: []
# end
`
    const toml = (await toFormat(source, '.yml', 'toml')).text ?? ''
    for (const comment of ['# head', '# behind', '# above', '# path', '# end']) assert.ok(toml.includes(comment), `${comment} in ${toml}`)
    const back = (await toFormat(toml, '.toml', 'yaml')).text ?? ''
    for (const comment of ['# head', '# behind', '# above', '# path', '# end']) assert.ok(back.includes(comment), `${comment} in ${back}`)
    const { told } = await toFormat(source, '.yml', 'json')
    assert.deepEqual(
      told.map((line) => line.replace(/^lost \d+: /, '')).sort(),
      ['above', 'behind', 'end', 'head', 'path'].map((word) => `comment "${word}"`),
    )
  })

  test('what a format cannot say is told: nulls, repeated keys, other documents, anchors', async () => {
    assert.deepEqual((await toFormat('{"a": null, "b": [null]}', '.json', 'toml')).told, [
      'lost 1: "a": null',
      'refused 1: TOML has no null, and this one is an item of a list',
    ])
    assert.deepEqual((await toFormat('{"a": 1,\n"a": 2}', '.json', 'yaml')).told, ['lost 1: "a" stands here twice: this one was not read'])
    assert.deepEqual((await toFormat('a: 1\n---\nb: 2\n', '.yml', 'json')).told, [
      'lost 2: another document begins here: only the first one is read',
    ])
    const anchored = await toFormat('a: &x {t: 1}\nb: *x\n', '.yml', 'json')
    assert.deepEqual(anchored.told, ['note 2: the anchor "x" is written out wherever it is used'])
    assert.deepEqual(JSON.parse(anchored.text ?? ''), { a: { t: 1 }, b: { t: 1 } })
    assert.match((await toFormat('a: .inf\n', '.yml', 'json')).told.join(), /JSON has no number/)
  })

  test('a text that cannot be read is an issue with its place', async () => {
    for (const format of TARGET_FORMATS) {
      const { text: result, issue } = await convert({ text: '{"a": }', extension: '.json', version: 4, format })
      assert.deepEqual([result, issue?.position], [null, { line: 1, column: 7 }])
    }
  })

  test('lines are those of the source', async () => {
    const { root } = await readTree('version = 3\n\n[[endpoints]]\nendpoint = "/a"\n', '.toml', () => {})
    assert.deepEqual(
      root?.entries.map(({ key, line }) => [key, line]),
      [
        ['version', 1],
        ['endpoints', 3],
      ],
    )
  })
})

const endpoint = (more: object): object => ({
  endpoints: [{ endpoint: '/a', backend: [{ host: ['http://b'], url_pattern: '/' }], ...more }],
})
const blocks = (config: object): object => ({ extra_config: config })

describe('versions', () => {
  test('2 → 3: keys, namespaces and options have their new names, and texts are lists', async () => {
    const { value: converted, told } = await toVersion(
      {
        version: 2,
        host: 'http://a,http://b',
        endpoints: [
          {
            endpoint: '/a',
            headers_to_pass: ['X'],
            querystring_params: ['q'],
            backend: [{ url_pattern: '/', whitelist: ['a'], allow: ['b'] }],
            ...blocks({ 'github.com/devopsfaith/krakend-ratelimit/juju/router': { maxRate: 5 } }),
          },
        ],
      },
      3,
    )
    assert.deepEqual(converted, {
      version: 3,
      host: ['http://a', 'http://b'],
      endpoints: [
        {
          endpoint: '/a',
          input_headers: ['X'],
          input_query_strings: ['q'],
          backend: [{ url_pattern: '/', allow: ['a'] }],
          ...blocks({ 'qos/ratelimit/router': { max_rate: 5 } }),
        },
      ],
    })
    assert.deepEqual(told, ['lost "allow": it stands beside "whitelist" and was not read'])
  })

  test('3 → 4: plugins become lists, sequential a strategy, what KrakenD 3 has dropped is told', async () => {
    const { value: converted, told } = await toVersion(
      {
        version: 3,
        $schema: 'https://www.krakend.io/schema/v2.13/krakend.json',
        plugin: { folder: '/p', pattern: '.so' },
        ...blocks({
          'plugin/http-server': { name: ['b', 'a'], a: { x: 1 }, b: {}, c: { y: 1 } },
          'telemetry/opencensus': { exporters: {} },
        }),
        ...endpoint(blocks({ proxy: { sequential: true }, 'github.com/devopsfaith/krakend-jose/validator': { alg: 'RS256' } })),
      },
      4,
    )
    assert.deepEqual(converted, {
      version: 4,
      $schema: 'https://www.krakend.io/schema/v3.0/krakend.json',
      ...blocks({
        'plugin/http-server': {
          plugins: [
            { name: 'b', config: {} },
            { name: 'a', config: { x: 1 } },
          ],
          '#c': { y: 1 },
        },
        plugin: { folder: '/p', pattern: '.so' },
      }),
      ...endpoint(blocks({ proxy: { strategy: 'sequential' }, 'auth/validator': { alg: 'RS256' } })),
    })
    assert.deepEqual(told.map((line) => line.slice(0, 30)).sort(), [
      'lost "telemetry/opencensus": K',
      'note "c" of "plugin/http-serve',
      'note "plugin/http-server": a p',
      'note a plugin that cannot be l',
    ])
  })

  test('3 → 4: one plugin has its settings below config, and retired ones are namespaces', async () => {
    const { value: converted } = await toVersion(
      {
        version: 3,
        ...blocks({ 'plugin/http-server': { name: ['virtualhost'], virtualhost: { hosts: ['a'] } } }),
        endpoints: [
          {
            endpoint: '/a',
            backend: [{ url_pattern: '/', ...blocks({ 'plugin/http-client': { name: 'mine', key: 'k' } }) }],
            ...blocks({
              'plugin/req-resp-modifier': {
                name: ['content-replacer'],
                'content-replacer': { a: { find: 'x', replace: 'y', regexp: true }, b: { find: '1', replace: '2' } },
              },
            }),
          },
        ],
      },
      4,
    )
    assert.deepEqual(converted, {
      version: 4,
      ...blocks({ 'server/virtualhost': { hosts: ['a'] } }),
      endpoints: [
        {
          endpoint: '/a',
          backend: [{ url_pattern: '/', ...blocks({ 'plugin/http-client': { name: 'mine', config: { key: 'k' } } }) }],
          ...blocks({
            'modifier/response-body': {
              modifiers: [{ regexp: { field: 'a', find: 'x', replace: 'y' } }, { literal: { field: 'b', find: '1', replace: '2' } }],
            },
          }),
        },
      ],
    })
  })

  test('4 → 3: what version 3 cannot say is refused, what it can do without is told', async () => {
    const good = await toVersion(
      { version: 4, ...endpoint(blocks({ proxy: { strategy: 'sequential', sequential: false, force_sandboxed_request: true } })) },
      3,
    )
    assert.deepEqual(good.value, { version: 3, ...endpoint(blocks({ proxy: { sequential: true } })) })
    assert.deepEqual(good.told, ['lost "proxy.force_sandboxed_request": version 3 does not know it'])
    const refused = [
      blocks({ proxy: { strategy: 'fallback' } }),
      blocks({ 'plugin/middleware': { plugins: [{ name: 'a' }, { name: 'a' }] } }),
      blocks({ 'auth/validator': { roles_key: 'tenants.1.roles', roles_key_is_nested: true } }),
      blocks({ 'auth/validator': { propagate_claims: [['a.*', 'X']] } }),
    ]
    for (const one of refused) assert.equal((await toVersion({ version: 4, ...endpoint(one) }, 3)).value, null, JSON.stringify(one))
  })

  test('there and back again is the same file', async () => {
    const three = {
      version: 3,
      ...blocks({ 'plugin/http-server': { name: ['a', 'b'], a: { x: 1 }, b: { y: 2 } } }),
      endpoints: [
        {
          endpoint: '/a',
          input_headers: ['X'],
          backend: [{ url_pattern: '/', allow: ['a'], ...blocks({ 'qos/ratelimit/proxy': { max_rate: 1, capacity: 1 } }) }],
          ...blocks({ proxy: { sequential: true }, 'auth/validator': { alg: 'RS256', jwk_url: 'https://k' } }),
        },
      ],
    }
    for (const version of [2, 4] as const) {
      const there = await toVersion(three, version)
      assert.deepEqual((await toVersion(there.value as object, 3)).value, three)
    }
  })
})
