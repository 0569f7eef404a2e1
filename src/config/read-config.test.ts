// From a path to a configuration: formats, failures, environment.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { printIssues } from '../schema/print-issues.ts'
import { parseConfig } from './parse.ts'
import { readConfig, type ReadConfigOptions } from './read-config.ts'

function read(file: string, text: string, options: Partial<ReadConfigOptions> = {}) {
  return readConfig(file, { environment: {}, knownNamespaces: ['proxy'], readFile: async () => text, ...options })
}

let folder = ''

/** The same value, which counts how often something of it is looked at. */
function counted<T>(value: T, counter: { steps: number }): T {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, key, receiver) {
      counter.steps++
      return counted(Reflect.get(target, key, receiver) as unknown, counter)
    },
  })
}

describe('readConfig', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-'))
  })
  after(() => rm(folder, { recursive: true }))

  test('a file of the disk', async () => {
    const file = join(folder, 'k.json')
    await writeFile(file, '{"version":3,"name":"é"}')
    const { config, failure, issues } = await readConfig(file, { environment: {}, knownNamespaces: [] })
    assert.equal(config?.service.name, 'é')
    assert.equal(failure, null)
    assert.deepEqual(issues, [])
  })

  test('a line with an action of a template is not taken for bad JSON alone', async () => {
    const hintOf = async (text: string): Promise<string | undefined> => (await read('k.json', text)).issues[0]?.hint
    const hint = 'this looks like a template: set FC_ENABLE=1 to have it rendered first'
    assert.equal(await hintOf('{\n"version": 3,\n"port": {{ env "PORT" }}\n}'), hint)
    assert.equal(await hintOf('{\n{{ include "x.txt" }}\n}'), hint)
    assert.notEqual(await hintOf('{\n"name": "{{ x }}",\n"port": ,\n}'), hint)
  })

  test('a file that is nested too deeply is refused in words, whatever its format', async () => {
    const levels = (count: number, [open, inner, close]: readonly [string, string, string]): string =>
      open.repeat(count) + inner + close.repeat(count)
    const told = async (file: string, text: string): Promise<string> => {
      const { issues, source, failure } = await read(file, text)
      return `${failure} ${await printIssues(issues, source)}`
    }
    const tooDeep = /: exceeded max depth .*error: exceeded max depth\n {2}hint: a configuration has 500 levels at most\n$/s
    for (const count of [500, 4000, 20_000]) {
      assert.match(await told('k.json', `{"version":3,"x":${levels(count, ['{"a":', '1', '}'])}}`), tooDeep)
      assert.match(await told('k.json', `{"version":3,"x":${levels(count, ['[', '1', ']'])}}`), tooDeep)
      assert.match(await told('k.yaml', `version: 3\nx: ${levels(count, ['{a: ', '1', '}'])}`), tooDeep)
      assert.match(await told('k.properties', `version=3\nx${'.a'.repeat(count)}=1`), tooDeep)
      assert.match(await told('k.hcl', `version = 2\n${levels(count, ['a {\n', '', '}\n'])}`), tooDeep)
    }
    assert.match(await told('k.yaml', 'version: 3\nx: &a [*a, *a]'), tooDeep)
    const deepest = await read('k.json', `{"version":3,"x":${levels(499, ['{"a":', '1', '}'])}}`)
    assert.equal(deepest.failure, null)
  })

  test('files that cannot be read fail in Go’s words', async () => {
    const options = { environment: {}, knownNamespaces: [] }
    const absent = join(folder, 'absent.json')
    assert.equal((await readConfig(absent, options)).failure, `'${absent}': open ${absent}: no such file or directory`)
    assert.equal((await readConfig(folder, options)).failure, `'${folder}': read ${folder}: is a directory`)
    const readFile = () => Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
    assert.equal((await readConfig('k', { ...options, readFile })).failure, "'k': open k: permission denied")
  })

  test('the extension decides, literally; everything else is JSON', async () => {
    const formats: readonly (readonly [string, string])[] = [
      ['k.yml', 'version: 3\nport: 81\n'],
      ['k.yaml', '{version: 3, port: 81}'],
      ['k.toml', 'version = 3\nport = 81\n'],
      ['k.json', '{"version":3,"port":81}'],
      ['k', '{"version":3,"port":81}'],
      ['k.conf', '{"version":3,"port":81}'],
      ['k.YAML', '{"version":3,"port":81}'],
      ['k.properties', 'version=3\nport=81\n'],
      ['k.props', 'version=3\nport=81\n'],
      ['k.prop', ' {"version":3,"port":81}'],
      ['k.ini', 'version=3\nport=81\n'],
      ['a.b/.env', 'VERSION=3\nPORT=81\n'],
      ['k.hcl', 'version = 2\nport = 81\n'],
      ['k.hcl', '{"version":3,"port":81}'],
    ]
    for (const [file, text] of formats) {
      const { config, failure } = await read(file, text)
      assert.equal(config?.server.port, 81, `${file}: ${failure}`)
    }
    assert.equal((await read('k.hcl', 'version = 3\n')).failure, "'k.hcl': invalid character 'v' looking for beginning of value")
    assert.equal((await read('k.YML', 'version: 3\n')).config, null)
  })

  test('a syntax error has no place in the first line, but in the second', async () => {
    const { config, failure, issues, source } = await read('k.json', '{"version":3,\n}')
    assert.equal(config, null)
    assert.equal(failure, "'k.json': invalid character '}' looking for beginning of object key string")
    assert.match(await printIssues(issues, source), /^k\.json:2:1: error: .*\n {2}2 \| \}\n {4}\| \^\n {2}hint: remove the comma/)
  })

  test('wrong types fail all at once', async () => {
    const { failure } = await read('k.json', '{"version":3,"port":"x","timeout":"3","listen_ip":"y"}')
    const lines = ["'timeout' time: missing unit in duration", "'port' cannot parse value as 'int': strconv.ParseInt: invalid syntax"]
    assert.equal(failure, `'k.json': decoding failed due to the following error(s):\n\n${lines.join('\n')}`)
  })

  test('the first check that fails is the failure, warnings are none', async () => {
    assert.equal((await read('k.json', '{}')).failure, "'k.json': unsupported version: 0 (want: 3)")
    assert.equal((await read('k.json', '{"version":3,"tiemout":"3s","extra_config":{"x":1}}')).failure, null)
  })

  test('KRAKEND_ variables count more than the file, and the flag more than both', async () => {
    const environment = {
      KRAKEND_PORT: '9001',
      KRAKEND_NAME: '',
      'KRAKEND_TLS.DISABLED': 'true',
      KRAKEND_HOST: 'http://e',
      OTHER: 'x',
      KRAKEND_X: '1',
    }
    const { config, issues } = await read('k.json', '{"version":3,"Port":1,"name":"n","tls":{"min_version":"TLS12"}}', { environment })
    assert.equal(config?.server.port, 9001)
    assert.equal(config?.service.name, '')
    assert.deepEqual(config?.service.hosts, ['http://e'])
    assert.equal(config?.server.tls?.isDisabled, true)
    assert.equal(config?.server.tls?.minVersion, 'TLS12')
    assert.deepEqual(issues, [])
    assert.equal((await read('k.json', '{"version":3}', { environment, port: 5 })).config?.server.port, 5)
  })

  test('a variable of the wrong kind names itself', async () => {
    const { failure, issues } = await read('k.json', '{"version":3}', { environment: { KRAKEND_PORT: 'tcp://1.2.3.4:80' } })
    assert.match(failure ?? '', /'port' cannot parse value as 'int'/)
    assert.equal(issues[0]?.hint, 'the environment variable KRAKEND_PORT sets it')
  })

  test('version 2: variables replace keys of the file only, empty ones nothing', async () => {
    const environment = { KRAKEND_PORT: '9001', KRAKEND_NAME: '', KRAKEND_TIMEOUT: '9s' }
    const { config } = await read('k.json', '{"version":2,"port":1,"name":"n"}', { environment })
    assert.equal(config?.server.port, 9001)
    assert.equal(config?.service.name, 'n')
    assert.equal(config?.service.timeoutMs, 2000)
    const nested = { 'KRAKEND_TLS.DISABLED': 'true', 'KRAKEND_TLS.MIN_VERSION': 'TLS12', 'KRAKEND_CLIENT_TLS.MIN_VERSION': 'TLS12' }
    const file = '{"version":2,"tls":{"disabled":false}}'
    const { tls } = (await read('k.json', file, { environment: nested })).config?.server ?? {}
    assert.deepEqual([tls?.isDisabled, tls?.minVersion], [true, ''])
  })

  test('what reading costs grows with the number of endpoints, and not faster', () => {
    const stepsOf = (count: number): number => {
      const backend = [{ url_pattern: '/b/{id}', host: ['http://h:80'], allow: ['a'] }, { url_pattern: '/c/{id}' }]
      const endpoints = Array.from({ length: count }, (_, index) => ({
        endpoint: `/x${index}/{id}`,
        timeout: '3s',
        input_headers: ['a'],
        backend,
      }))
      const counter = { steps: 0 }
      const { config } = parseConfig(counted({ version: 3, host: ['h'], endpoints }, counter), { knownNamespaces: ['proxy'] })
      assert.equal(config?.endpoints.length, count)
      return counter.steps
    }
    const [one, two, three] = [stepsOf(100), stepsOf(200), stepsOf(300)]
    assert.ok(one > 1000)
    assert.equal(three - two, two - one)
  })
})
