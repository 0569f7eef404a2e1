// `krakend explain` as a shell sees it: exit codes, and what goes to which stream.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Answer, krakend } from './test-commands.ts'

let folder = ''

const backend = [{ host: ['http://b'], url_pattern: '/b' }]

function write(name: string, content: object): void {
  writeFileSync(join(folder, name), JSON.stringify({ version: 3, ...content }))
}

const explain = (...args: readonly string[]): Promise<Answer> => krakend(folder, 'explain', '-c', 'k.json', ...args)

describe('krakend explain', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'explain-'))
    write('k.json', {
      endpoints: [
        { endpoint: '/u/{id}', backend },
        { endpoint: '/v', backend, extra_config: { '_gw/route': { headers: { 'X-V': '2' } } } },
        { endpoint: '/f', method: 'FETCH', backend },
      ],
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  test('--json is one line, with its members in their order', async () => {
    const { exit, stdout } = await explain('--json', '/u/7?debug=1&x', '-H', 'X-T: a')
    assert.deepEqual([exit, stdout.endsWith('\n'), stdout.trimEnd().includes('\n')], [0, true, false])
    const dropped = (name: string, list: string): string => `{"name":"${name}","add_to":"endpoints[0].${list}"}`
    const query = ['debug', 'x'].map((name) => dropped(name, 'input_query_strings')).join(',')
    const parts = [
      '{"route":{"path":"/u/{id}","method":"GET","config_path":"endpoints[0]"},"params":{"id":"7"},"layers":[],',
      `"headers":{"forwarded":[],"dropped":[${dropped('X-T', 'input_headers')}],`,
      `"query":{"forwarded":[],"dropped":[${query}],`,
      '"backends":[{"index":0,"method":"GET","urls":["http://b/b"],"timeout_ms":2000,',
    ]
    assert.ok(
      parts.every((part) => stdout.includes(part)),
      stdout,
    )
    assert.equal((await explain('--json', '/nope')).stdout, '{"reason":"404: no endpoint has this path: there are /u/{id}, /v, /f"}\n')
  })

  test('plugins that may answer are marked, and those that always pass on are not', async () => {
    const rewriting = { name: ['url-rewrite'], 'url-rewrite': { literal: { '/a': '/p' } } }
    const modifying = { name: ['ip-filter'], 'ip-filter': { CIDR: [] } }
    const blocks = { 'plugin/middleware': { name: ['f'] }, 'plugin/req-resp-modifier': modifying }
    write('p.json', { endpoints: [{ endpoint: '/p', backend, extra_config: blocks }], extra_config: { 'plugin/http-server': rewriting } })
    const { stdout } = await explain('-c', 'p.json', '/p')
    assert.match(stdout, /^layers +plugin\/http-server \(service\) → plugin\/middleware answers\? → plugin\/req-resp-modifier answers\?$/m)
    assert.match(stdout, /^ {2}plugin\/middleware +answers\? +p.json:1$/m)
  })

  test('what url-rewrite does is told, and that others may do something', async () => {
    const rewriting = (...name: string[]) => ({
      'plugin/http-server': { name, 'url-rewrite': { literal: { '/hi': '/p?l=de', '/no': '/q' } } },
    })
    const endpoints = [{ endpoint: '/p', backend }]
    write('r.json', { endpoints, extra_config: rewriting('url-rewrite') })
    write('o.json', { endpoints, extra_config: rewriting('url-rewrite', 'mine') })
    const { exit, stdout } = await explain('-c', 'r.json', '/hi?q=1')
    assert.equal(exit, 0)
    assert.match(stdout, /^route +GET \/p +endpoints\[0\]\nrewritten to \/p\?l=de&q=1 {3}by url-rewrite\n/)
    const reason = '404: no endpoint has this path, rewritten to /q by url-rewrite: did you mean /p?'
    assert.deepEqual(JSON.parse((await explain('-c', 'r.json', '--json', '/no')).stdout), { reason })
    assert.equal((await explain('-c', 'r.json', '/no')).stderr, `no endpoint answers /no: ${reason}\n`)
    const hint = 'plugins of plugin/http-server see the request first: krakend try -c o.json /no runs them\n'
    assert.equal((await explain('-c', 'o.json', '/no')).stderr, `no endpoint answers /no: ${reason}\n${hint}`)
  })

  test('what the gateway refuses is not found, and standard error says why', async () => {
    assert.equal((await explain('/v', '-H', 'x-v: 2')).exit, 0)
    const wanting = await explain('/v')
    const reason = '404: no endpoint has this path: endpoints[1] has it with the header X-V: 2'
    assert.deepEqual([wanting.exit, wanting.stdout, wanting.stderr], [1, '', `no endpoint answers /v: ${reason}\n`])
    assert.deepEqual(JSON.parse((await explain('--json', '/v')).stdout), { reason })
    const encoded = await explain('/u/a%252Fb')
    assert.deepEqual([encoded.exit, encoded.stdout, encoded.stderr], [1, '', 'no endpoint answers /u/a%252Fb: 400: encoded url params\n'])
    const dropped = await explain('FETCH', '/f')
    assert.deepEqual([dropped.exit, dropped.stderr], [1, 'no endpoint answers FETCH /f: Unsupported method FETCH\n'])
    assert.match(dropped.stdout, /^it has no route: Unsupported method FETCH\n/)
  })
})
