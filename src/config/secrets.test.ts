// What `_gw/secrets` promises: which references become what, what stops the start, and what may not be read.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { formatPath } from '../schema/issue.ts'
import { readConfig } from './read-config.ts'
import { resolveSecrets } from './secrets.ts'

let folder = ''

const environment = { NAME: 'value', EMPTY: '', NESTED: '${env:NAME}' }

async function resolved(text: unknown, options: object = {}) {
  const raw = { extra_config: { '_gw/secrets': options }, a: text }
  const { raw: result, issues, secrets } = await resolveSecrets(raw, join(folder, 'in/krakend.json'), environment)
  return {
    value: result['a'],
    secrets,
    messages: issues.map(({ severity, path, message }) => `${severity} ${formatPath(path)} ${message}`),
  }
}

describe('_gw/secrets', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-'))
    await mkdir(join(folder, 'in'))
    await mkdir(join(folder, 'out'))
    await writeFile(join(folder, 'in/key'), 's3cr3t\n\n')
    await writeFile(join(folder, 'in/empty'), '\n')
    await writeFile(join(folder, 'in/binary'), Buffer.from([0xff, 0xfe]))
    await writeFile(join(folder, 'in/large'), Buffer.alloc(1024 * 1024 + 1, 0x61))
    await writeFile(join(folder, 'out/key'), 'outside')
    await symlink(join(folder, 'out/key'), join(folder, 'in/link'))
    await symlink(join(folder, 'in/key'), join(folder, 'in/inner-link'))
  })
  after(() => rm(folder, { recursive: true }))

  describe('references', () => {
    const table: [string, string][] = [
      ['${env:NAME}', 'value'],
      ['a-${env:NAME}-${env:NAME}', 'a-value-value'],
      ['${env:NONE:-x y}', 'x y'],
      ['${env:EMPTY:-}', ''],
      ['${env:NAME:-x}', 'value'],
      ['${file:key}', 's3cr3t\n'],
      ['${file:inner-link}', 's3cr3t\n'],
      ['${file:none:-x}', 'x'],
      ['$${env:NAME}', '${env:NAME}'],
      ['$${x}', '${x}'],
      ['${x} $HOME ${HOME}', '${x} $HOME ${HOME}'],
      ['${env:NESTED}', '${env:NAME}'],
    ]
    for (const [text, expected] of table)
      test(`${text} is ${JSON.stringify(expected)}`, async () => assert.equal((await resolved(text)).value, expected))

    test('they stand in values at any depth, never in names', async () => {
      const { value } = await resolved({ '${env:NAME}': ['${env:NAME}', 1, null, { b: '${env:NAME}' }] })
      assert.deepEqual(value, { '${env:NAME}': ['value', 1, null, { b: 'value' }] })
    })
    test('what was read is known, a default is no secret', async () => {
      const { secrets } = await resolved('${env:NAME:-x} ${env:NONE:-y} ${file:key}')
      assert.deepEqual(secrets.values, [
        { reference: '${env:NAME}', value: 'value' },
        { reference: '${file:key}', value: 's3cr3t\n' },
      ])
      assert.deepEqual(secrets.files, [join(folder, 'in/key')])
    })
  })

  describe('what stops the start', () => {
    const table: [string, RegExp][] = [
      ['${env:NONE}', /^error a \$\{env:NONE\}: the environment variable NONE is not set, or empty$/],
      ['${env:EMPTY}', /EMPTY is not set, or empty$/],
      ['${file:none}', /there is no file .*in\/none$/],
      ['${file:empty}', /it is empty$/],
      ['${file:binary}', /it is no UTF-8$/],
      ['${file:large}', /more than 1048576 bytes$/],
      ['${file:/dev/zero}', /it is outside of /],
      ['${file:../out/key}', /it is outside of /],
      ['${file:../out/none:-x}', /it is outside of /],
      ['${file:link}', /it is outside of /],
      ['${file:../in}', /it is (no plain file|outside of )/],
    ]
    for (const [text, expected] of table)
      test(text, async () => {
        const { messages } = await resolved(text)
        assert.equal(messages.length, 1)
        assert.match(messages[0]!, expected)
      })
    test('folders may be named instead', async () => {
      assert.deepEqual((await resolved('${file:../out/key}', { allow_files: ['../out'] })).value, 'outside')
      assert.match((await resolved('${file:key}', { allow_files: ['../out'] })).messages[0]!, /it is outside of .*out$/)
    })
  })

  test('without the key nothing is replaced, and the text is told; with false neither', async () => {
    const text = '${env:NAME} ${file:key}'
    for (const blocks of [{}, { '_gw/secrets': false }]) {
      const { raw, issues } = await resolveSecrets({ extra_config: blocks, a: [text], b: '${x}' }, 'krakend.json', environment)
      assert.deepEqual(raw['a'], [text])
      assert.deepEqual(
        issues.map(({ severity, path }) => [severity, formatPath(path)]),
        [['warning', 'a[0]']],
      )
    }
  })

  test('a whole file: weak types take the result, in every format, and defaults inherit it', async () => {
    const yaml = `
version: 3
port: '\${env:PORT}'
extra_config:
  _gw/secrets: {}
  _gw/defaults: { endpoint: { timeout: '\${env:LIMIT}' } }
endpoints:
  - { endpoint: /a, backend: [{ host: ['http://a'], url_pattern: '/\${env:SEGMENT}' }] }
`
    const options = { knownNamespaces: ['_gw/secrets', '_gw/defaults'], environment: { PORT: '9000', LIMIT: '3s', SEGMENT: 'seg' } }
    const { config, failure } = await readConfig('krakend.yml', { ...options, readFile: () => Promise.resolve(yaml) })
    assert.equal(failure, null)
    assert.deepEqual(
      [config?.server.port, config?.endpoints[0]?.timeoutMs, config?.endpoints[0]?.backends[0]?.urlPattern],
      [9000, 3000, '/seg'],
    )
    assert.equal(config?.secrets.values.length, 3)
    const missing = await readConfig('krakend.yml', { ...options, environment: {}, readFile: () => Promise.resolve(yaml) })
    assert.equal(missing.config, null)
    assert.match(missing.failure!, /PORT is not set/)
  })

  describe('a value that is one reference becomes what is wanted there', () => {
    const environment = { RATE: '50', ON: 'true', WORD: 'many', DIGITS: '123456' }
    const limit = { 'qos/ratelimit/router': { max_rate: '${env:RATE}', key: '${env:DIGITS}', capacity: '${env:NONE:-7}' } }
    const limited = { max_rate: 50, key: '123456', capacity: 7 }

    async function resolvedFile(version: number, blocks: object, endpoint: object): Promise<Record<string, unknown>> {
      const raw = { version, extra_config: { '_gw/secrets': {}, ...blocks }, port: '${env:DIGITS}', endpoints: [endpoint] }
      return (await resolveSecrets(raw, 'krakend.json', environment)).raw
    }
    const endpointOf = (raw: Record<string, unknown>) => (raw['endpoints'] as Record<string, unknown>[])[0]!

    for (const version of [3, 4])
      test(`numbers, and texts of digits, in version ${version}`, async () => {
        const raw = await resolvedFile(version, {}, { endpoint: '${env:DIGITS}', extra_config: limit })
        assert.equal(raw['port'], 123456)
        assert.deepEqual(endpointOf(raw), { endpoint: '123456', extra_config: { 'qos/ratelimit/router': limited } })
      })
    test('flags; what is joined, or no number, stays a text; so does what nobody describes', async () => {
      const backend = { disable_host_sanitize: '${env:ON}', url_pattern: '${env:ON}', host: ['${env:DIGITS}'] }
      const options = { max_rate: '${env:WORD}', client_max_rate: '1${env:RATE}' }
      const blocks = { 'qos/ratelimit/router': options, 'plugin/http-client': { name: 'x', x: { most: '${env:RATE}' } } }
      const endpoint = endpointOf(await resolvedFile(3, {}, { unknown: '${env:RATE}', backend: [backend], extra_config: blocks }))
      assert.deepEqual(endpoint, {
        unknown: '50',
        backend: [{ disable_host_sanitize: true, url_pattern: 'true', host: ['123456'] }],
        extra_config: {
          'qos/ratelimit/router': { max_rate: 'many', client_max_rate: '150' },
          'plugin/http-client': { name: 'x', x: { most: '50' } },
        },
      })
    })
    test('among the defaults, and in what a fallback asks', async () => {
      const defaults = {
        endpoint: { concurrent_calls: '${env:RATE}', extra_config: limit },
        backend: { disable_host_sanitize: '${env:ON}' },
      }
      const fallback = { '_gw/fallback': { backend: { url_pattern: '/x', disable_host_sanitize: '${env:ON}' } } }
      const raw = await resolvedFile(3, { '_gw/defaults': defaults }, { backend: [{ extra_config: fallback }] })
      assert.deepEqual((raw['extra_config'] as Record<string, unknown>)['_gw/defaults'], {
        endpoint: { concurrent_calls: 50, extra_config: { 'qos/ratelimit/router': limited } },
        backend: { disable_host_sanitize: true },
      })
      assert.deepEqual(endpointOf(raw)['backend'], [
        { extra_config: { '_gw/fallback': { backend: { url_pattern: '/x', disable_host_sanitize: true } } } },
      ])
    })
  })

  test('keys of the file are found in any case, the exact one first', async () => {
    const backend = { URL_Pattern: '/${env:S}', Extra_Config: { '_gw/request': { path: '/${env:S}' } } }
    const raw = { Extra_Config: {}, extra_config: { '_gw/secrets': {} }, backend }
    const { raw: result } = await resolveSecrets(raw, 'krakend.json', { S: '{x}' })
    assert.deepEqual(result['backend'], { URL_Pattern: '/%7Bx%7D', Extra_Config: { '_gw/request': { path: '/{{x}}' } } })
  })

  test('braces of a value are no placeholders, and it is known in the form that stands there', async () => {
    const written = '${env:S} {id}'
    const backend = {
      url_pattern: '/${env:S}/{id}',
      extra_config: {
        '_gw/request': { headers: { 'X-A': written }, body: [{ a: written }] },
        '_gw/cache': { key: [written], ttl: written },
      },
    }
    const blocks = { '_gw/secrets': {}, '_gw/errors': { bodies: { '404': { body: written } } } }
    const raw = { version: 3, extra_config: blocks, endpoints: [{ backend: [backend] }] }
    const { raw: result, secrets } = await resolveSecrets(raw, 'krakend.json', { S: 'p{ss}' })
    const read = (result['endpoints'] as { backend: unknown[] }[])[0]?.backend[0]
    assert.deepEqual(read, {
      url_pattern: '/p%7Bss%7D/{id}',
      extra_config: {
        '_gw/request': { headers: { 'X-A': 'p{{ss}} {id}' }, body: [{ a: 'p{{ss}} {id}' }] },
        '_gw/cache': { key: ['p{{ss}} {id}'], ttl: 'p{ss} {id}' },
      },
    })
    assert.deepEqual((result['extra_config'] as Record<string, unknown>)['_gw/errors'], { bodies: { '404': { body: 'p{{ss}} {id}' } } })
    assert.deepEqual(secrets.values.map(({ value }) => value).toSorted(), ['p%7Bss%7D', 'p{ss}', 'p{{ss}}'])
  })
})
