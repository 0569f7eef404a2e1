// What somebody sees who starts the gateway with a file that is wrong: everything in one go, where it stands, and no gateway.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type Answer, BIN, krakendWith, node } from '../../src/cli/test-commands.ts'

let folder = ''

interface Outcome {
  readonly code: number | null
  readonly output: string
}

async function krakend(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return outcomeOf(await krakendWith(variables, folder, args))
}

function outcomeOf({ exit, stdout, stderr }: Answer): Outcome {
  return { code: exit, output: stdout + stderr }
}

async function write(text: string, name = 'krakend.json'): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

suite('mistakes in configurations', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mistakes-'))
  })
  after(() => rm(folder, { recursive: true }))

  test('every error in one go, with line, excerpt and a way out; the port stays free', async () => {
    const file = await write(`{
  "version": 3,
  "timeout": "3",
  "host": ["http://a/base"],
  "endpoints": [
    { "endpoint": "/x", "backend": [] },
    { "endpoint": "/__debug/x", "backend": [{ "url_pattern": "/b" }] },
    { "endpoint": "/y", "backend": [{ "url_pattern": "/{id}" }] },
    { "endpoint": "/z", "output_encoding": "no-op", "backend": [{}, {}] },
    { "endpoint": "/k", "backend": [{}], "extra_config": { "auth/api-keys": { "roles": ["a"] } } }
  ],
  "extra_config": { "security/policies": {} }
}`)
    const { code, output } = await krakend(['run', '-c', file])
    assert.equal(code, 255)
    assert.match(output, /^ERROR parsing the configuration file: '.*krakend\.json': decoding failed/)
    const places = [
      /json:3:3: error: 'timeout' time: missing unit in duration\n +3 \|   "timeout": "3",\n +\|   \^+\n/,
      /json:4:12: error: host http:\/\/a\/base not valid: invalid host/,
      /json:6:\d+: error: ignoring the ' \/x' endpoint, since it has 0 backends defined!/,
      /json:7:\d+: error: ignoring the ' \/__debug\/x' endpoint, since it is invalid!!!/,
      /json:8:\d+: error: undefined output param 'id'! endpoint: GET \/y, backend: 0\. input: \[\], output: \[id\]/,
      /json:9:\d+: error: can not use NoOp encoding with more than one backends connected to the same endpoint/,
      /json:10:\d+: error: "auth\/api-keys" is a protection .*\(endpoints\[4\]\.extra_config\.auth\/api-keys\)\n[^]*--edition=ce/,
      /json:12:\d+: error: "security\/policies" is a protection /,
    ]
    for (const place of places) assert.match(output, place)
    assert.doesNotMatch(output, /Listening|Starting/)
  })

  test('a protection of the Enterprise edition is ignored with --edition=ce, with a warning each', async () => {
    const blocks = { 'auth/api-keys': {}, 'auth/basic': {}, 'security/policies': {} }
    const endpoint = { endpoint: '/k', backend: [{ host: ['http://a'] }], extra_config: blocks }
    const file = await write(JSON.stringify({ version: 3, endpoints: [endpoint] }))
    const refused = await krakend(['check', '-c', file])
    assert.equal(refused.code, 1)
    assert.equal(refused.output.match(/: error: "/g)?.length, 3)
    const accepted = await krakend(['check', '-c', file, '--edition=ce'])
    assert.equal(accepted.code, 0)
    assert.equal(accepted.output.match(/: warning: ".*" protects in KrakenD Enterprise only and is ignored/g)?.length, 3)
  })

  test('a typo is pointed out at every level, and does not stop the start', async () => {
    const file = await write(
      JSON.stringify({
        version: 3,
        prot: 8080,
        client_tls: { allow_insecure_conections: true },
        extra_config: { router: { return_eror_msg: true }, 'security/cros': {}, 'security/cors': { alow_origins: ['*'] } },
        endpoints: [
          {
            endpoint: '/x',
            input_header: [],
            extra_config: { proxy: { sequentia: true, static: { strateg: 'always', data: {} } }, 'qos/ratelimit/router': { max_rat: 1 } },
            backend: [{ host: ['http://a'], url_patern: '/', extra_config: { 'backend/http': { return_eror_code: true } } }],
          },
        ],
      }),
    )
    const { code, output } = await krakend(['check', '-c', file])
    assert.equal(code, 0)
    assert.match(output, /Syntax OK!/)
    const wanted = [
      ['prot', 'port'],
      ['client_tls.allow_insecure_conections', 'allow_insecure_connections'],
      ['extra_config.router.return_eror_msg', 'return_error_msg'],
      ['extra_config.security/cros', 'security/cors'],
      ['extra_config.security/cors.alow_origins', 'allow_origins'],
      ['endpoints[0].input_header', 'input_headers'],
      ['endpoints[0].extra_config.proxy.sequentia', 'sequential'],
      ['endpoints[0].extra_config.proxy.static.strateg', 'strategy'],
      ['endpoints[0].extra_config.qos/ratelimit/router.max_rat', 'max_rate'],
      ['endpoints[0].backend[0].url_patern', 'url_pattern'],
      ['endpoints[0].backend[0].extra_config.backend/http.return_eror_code', 'return_error_code'],
    ]
    const paragraphs = output.split('\n\n')
    for (const [path, meant] of wanted as [string, string][]) {
      const paragraph = paragraphs.find((text) => (path === 'prot' ? text.includes('unknown key "prot"') : text.includes(`(${path})`)))
      assert.ok(paragraph?.includes(`did you mean "${meant}"?`), `${path}:\n${output}`)
    }
  })

  test('router options of a wrong type are pointed out: one of them and KrakenD ignores all', async () => {
    const file = await write('{"version":3,"extra_config":{"router":{"return_error_msg":"yes"}},"endpoints":[]}')
    const { code, output } = await krakend(['check', '-c', file])
    assert.equal(code, 0)
    assert.match(output, /warning: must be true or false, not the text "yes" \(extra_config\.router\.return_error_msg\)/)
  })

  suite('files that are none', () => {
    const texts: readonly (readonly [name: string, text: string, message: RegExp])[] = [
      [
        'version 1',
        '{"version":1}',
        /unsupported version: 1 \(want: 3\)[^]*versions 4 \(KrakenD 3\.x\), 3 \(KrakenD 2\.x\) and 2 \(KrakenD 1\.x\) are read/,
      ],
      [
        'version 5',
        '{"version":5}',
        /unsupported version: 5 \(want: 3\)[^]*versions 4 \(KrakenD 3\.x\), 3 \(KrakenD 2\.x\) and 2 \(KrakenD 1\.x\) are read/,
      ],
      ['no version', '{}', /unsupported version: 0 \(want: 3\)[^]*add "version": 3/],
      ['a trailing comma', '{\n"version":3,}', /json:2:13: error: invalid character '}' looking for beginning of object key string/],
      ['an empty file', '', /unexpected end of JSON input/],
      ['a byte order mark', '\ufeff{"version":3}', /invalid character 'ï' looking for beginning of value[^]*byte order mark/],
      ['a list', '[]', /json: cannot unmarshal array into Go value of type map\[string\]interface \{\}/],
      ['100,000 levels', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /unsupported version: 0|exceeded max depth/],
    ]
    for (const [name, text, message] of texts)
      test(name, async () => {
        const { code, output } = await krakend(['run', '-c', await write(text)])
        assert.equal(code, 255)
        assert.match(output, message)
        assert.doesNotMatch(output, /\n +at /, 'no stack')
      })

    test('no file, a directory', async () => {
      const absent = join(folder, 'absent.json')
      const missing = await krakend(['run', '-c', absent])
      assert.deepEqual([missing.code, missing.output.includes(`'${absent}': open ${absent}: no such file or directory`)], [255, true])
      const directory = await krakend(['check', '-c', folder])
      assert.deepEqual([directory.code, directory.output.includes(`read ${folder}: is a directory`)], [1, true])
    })
  })

  test('a port that is taken: a message and exit code 1', async () => {
    const server = createServer().listen(0)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const file = await write('{"version":3,"endpoints":[]}')
    const { code, output } = outcomeOf(node(folder, [BIN, 'run', '-c', file, '-p', String(port)]))
    server.close()
    assert.equal(code, 1)
    assert.match(output, new RegExp(`listen tcp :${port}: bind: address already in use`))
    assert.match(output, new RegExp(`Port ${port} is in use: `))
  })

  test('the environment overrides the file, and is blamed for its mistakes', async () => {
    const file = await write('{"version":3,"port":"x","endpoints":[]}')
    assert.equal((await krakend(['check', '-c', file], { KRAKEND_PORT: '9000' })).code, 0)
    const { code, output } = await krakend(['check', '-c', await write('{"version":3}')], { KRAKEND_TIMEOUT: 'soon' })
    assert.equal(code, 1)
    assert.match(output, /'timeout' time: invalid duration[^]*KRAKEND_TIMEOUT/)
  })
})
