// The newer commands as a shell sees them: what goes to which stream, exit codes, and what shells complete.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { COMMANDS } from './commands.ts'
import { helpOf } from './help.ts'
import { type Answer, BIN, krakend, node } from './test-commands.ts'

let folder = ''

function write(name: string, content: object | string): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
}

const run = (...args: readonly string[]): Promise<Answer> => krakend(folder, ...args)

describe('commands', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cli-'))
    write('a.json', { version: 3, endpoints: [{ endpoint: '/a', backend: [{ host: ['http://127.0.0.1:10'], url_pattern: '/' }] }] })
    write('b.json', { version: 3, port: 9999, endpoints: [] })
    write('static.json', {
      version: 3,
      endpoints: [
        {
          endpoint: '/s',
          backend: [
            { host: ['http://127.0.0.1:10'], url_pattern: '/' },
            { host: ['http://127.0.0.1:10'], url_pattern: '/' },
          ],
          extra_config: { proxy: { static: { strategy: 'always', data: { ok: true } } } },
        },
      ],
    })
    write('broken.json', '{')
    write('mistake.yml', 'version: 3\ntimeout: 5\nendpoints: []\n')
  })
  after(() => rmSync(folder, { recursive: true }))

  test('every command teaches: details or examples, flags and exit codes', async () => {
    for (const [name, load] of Object.entries(COMMANDS)) {
      const page = helpOf(await load())
      for (const part of ['Usage:', 'Examples:', 'Flags:', 'Exit codes:', `krakend ${name}`])
        assert.ok(page.includes(part), `${name}: ${part}`)
      assert.ok(
        page.split('\n').every((line) => line.length <= 160),
        `${name}: lines are too long`,
      )
    }
  })

  describe('exit codes and streams', () => {
    test('diff: 0, 1 and 2', async () => {
      assert.deepEqual(await run('diff', 'a.json', 'a.json'), { exit: 0, stdout: 'nothing changes for clients\n', stderr: '' })
      const changed = await run('diff', '--format', 'json', 'a.json', 'b.json')
      assert.equal(changed.exit, 1)
      assert.deepEqual((JSON.parse(changed.stdout) as { counts: unknown }).counts, {
        added: 0,
        removed: 1,
        changed: 0,
        protectionsRemoved: 0,
      })
      assert.equal((await run('diff', 'a.json', 'broken.json')).exit, 2)
      assert.equal((await run('diff', 'a.json')).exit, 255)
    })
    test('a line that cannot be understood: the error with the usage on standard error, the message alone on standard output', async () => {
      const flag = await run('check', '--zzz')
      assert.deepEqual([flag.exit, flag.stdout], [255, 'unknown flag: --zzz\n'])
      assert.match(
        flag.stderr,
        /^Error: unknown flag: --zzz\nUsage:\n {2}krakend check \[flags\]\n\nAliases:\n[^]*\nFlags:\n {2}-c, --config /,
      )
      assert.doesNotMatch(flag.stderr, /Exit codes|Version: /)
      const root = await run('--zzz')
      assert.deepEqual([root.exit, root.stdout], [255, 'unknown flag: --zzz\n'])
      assert.match(root.stderr, /^Error: unknown flag: --zzz\nUsage:\n {2}krakend \[command\]\n\nAvailable Commands:\n/)
      const unknown = 'unknown command "foo" for "krakend"'
      assert.deepEqual(await run('foo'), {
        exit: 255,
        stdout: `${unknown}\n`,
        stderr: `Error: ${unknown}\nRun 'krakend --help' for usage.\n`,
      })
      assert.deepEqual(node(folder, [BIN, 'foo']), await run('foo'))
      const own = await run('check', '-l', '-n', '-c', 'a.json')
      assert.match(own.stdout, /^if any flags in the group .* were all set\n$/)
      assert.match(own.stderr, /^Error: if any flags in the group .* were all set\nUsage:\n/)
    })
    test('the empty name of a file is none, and a wrong port is told of before that', async () => {
      const none = {
        stdout: '',
        stderr: 'Please, provide the path to the configuration file with --config or see all the options with --help\n',
      }
      assert.deepEqual(await run('run', '-c', ''), { exit: 0, ...none })
      assert.deepEqual(await run('check', '-c', ''), { exit: 1, ...none })
      const port = await run('run', '--port=x')
      assert.equal(port.exit, 255)
      assert.match(port.stdout, /^invalid argument "x" for "-p, --port" flag/)
    })
    test('check -ddd shows what the file says, not what follows from it', async () => {
      write('said.json', { version: 3, client_tls: { allow_insecure_connections: true }, endpoints: [] })
      write('meant.json', { version: 3, output_encoding: 'xml', allow_insecure_connections: true, endpoints: [] })
      assert.match((await run('check', '-ddd', '-c', 'said.json')).stderr, /encoding strategy: \n[^]*\tAllow insecure connections: false\n/)
      assert.match(
        (await run('check', '-ddd', '-c', 'meant.json')).stderr,
        /encoding strategy: xml\n[^]*\tAllow insecure connections: true\n/,
      )
    })
    test('words that a command does not take are refused; by those of KrakenD they are ignored', async () => {
      const lines = [
        ['convert', 'a.json', 'b.json'],
        ['convert', '-c', 'a.json', 'b.json'],
        ['routes', '-c', 'a.json', 'b.json'],
        ['init', '-o', 'never.yml', 'b.json'],
        ['explain', '-c', 'a.json', 'GET', '/a', 'b.json'],
        ['try', '-c', 'a.json', 'GET', '/a', 'b.json'],
        ['completion', 'bash', 'b.json'],
      ]
      for (const line of lines) {
        const { exit, stdout } = await run(...line)
        assert.deepEqual([exit, stdout], [255, 'unexpected argument "b.json"\n'], line.join(' '))
      }
      for (const command of ['explain', 'try']) {
        assert.equal((await run(command, '-c', 'a.json', '/a', 'b')).exit, 255)
        assert.equal((await run(command, '-c', 'a.json', 'GET /a', 'b')).exit, 255)
      }
      assert.equal((await run('check', '-c', 'a.json', 'b')).exit, 0)
    })
    test('routes and explain: JSON alone on standard output', async () => {
      const routes = JSON.parse((await run('routes', '-c', 'a.json', '--format', 'json')).stdout) as { path: string }[]
      assert.deepEqual(
        routes.map(({ path }) => path),
        ['/__health', '/a'],
      )
      const explained = JSON.parse((await run('explain', '-c', 'a.json', '--format', 'json', '/a')).stdout) as { method: string }[]
      assert.equal(explained[0]?.method, 'GET')
      const missed = await run('explain', '-c', 'a.json', '/b')
      assert.deepEqual(
        [missed.exit, missed.stdout, missed.stderr],
        [1, '', 'no endpoint answers /b: 404: no endpoint has this path: did you mean /a?\n'],
      )
      const reason = '404: no endpoint has this path: did you mean /a?'
      for (const flag of ['--json', '--format=json'])
        assert.deepEqual(JSON.parse((await run('explain', '-c', 'a.json', flag, '/b')).stdout), { reason }, flag)
      assert.equal((await run('explain', '-c', 'a.json')).exit, 255)
      assert.equal((await run('explain', '-c', 'broken.json', '/a')).exit, 2)
      assert.equal((await run('try', '-c', 'a.json', '/%zz')).exit, 255)
      const view = JSON.parse((await run('explain', '-c', 'a.json', '--json', '/a?x=1', '-H', 'X-T: a')).stdout) as Record<string, unknown>
      assert.deepEqual(view['route'], { path: '/a', method: 'GET', config_path: 'endpoints[0]' })
      assert.deepEqual(view['query'], { forwarded: [], dropped: [{ name: 'x', add_to: 'endpoints[0].input_query_strings' }], used: [] })
      const redirected = JSON.parse((await run('explain', '-c', 'a.json', '--json', '/a/')).stdout) as { reason: string }
      assert.equal(redirected.reason, '301: redirected to /a')
    })
    test('try: the body alone on standard output, the status as exit code', async () => {
      const answered = await run('try', '-c', 'static.json', '/s', '-H', 'X-A: 1')
      assert.equal(answered.stdout, '{"ok":true}')
      assert.match(answered.stderr, /proxy {6}static: answer/)
      assert.equal(answered.exit, 0, answered.stderr)
      assert.equal((await run('try', '-c', 'a.json', '/nowhere')).exit, 1)
      assert.equal((await run('try', '-c', 'a.json', '/a', '-H', 'no field')).exit, 255)
      const posted = JSON.parse((await run('try', '-c', 'a.json', '/a', '--data', 'x', '--format', 'json')).stdout) as {
        statusCode: number
      }
      assert.equal(posted.statusCode, 405)
    })
    test('convert: what exists is left alone, --strict writes nothing', async () => {
      assert.equal((await run('convert', 'a.json', '--format', 'yaml', '-o', 'a.yml')).exit, 0)
      assert.match(readFileSync(join(folder, 'a.yml'), 'utf8'), /^version: 3\n/)
      assert.match((await run('convert', 'a.json', '-o', 'a.yml')).stderr, /a\.yml exists/)
      assert.match((await run('convert', 'a.json', '--format', 'yaml', '-o', '-')).stdout, /^version: 3\n/)
      write('c.yml', '# gone\nversion: 3\n')
      const strict = await run('convert', 'c.yml', '--format', 'json', '--strict')
      assert.deepEqual([strict.exit, strict.stdout], [1, ''])
      assert.match(strict.stderr, /^c\.yml:2: lost: comment "gone"\n/)
      assert.equal((await run('convert', 'broken.json')).exit, 1)
      assert.equal((await run('convert', 'a.json', '--to', '5')).exit, 255)
      assert.equal((await run('diff', 'a.json', 'a.yml')).exit, 0)
    })
    test('init: a file that check accepts, in every format', async () => {
      for (const name of ['i.json', 'i.yml', 'i.toml']) {
        const given = ['--jwk-url', 'https://k/k', '--rate', '5', '--cors-origin', 'https://a.example', '-o', name]
        assert.equal((await run('init', ...given)).exit, 0)
        const { exit, stderr } = await run('check', '-tlc', name)
        assert.deepEqual([exit, stderr], [0, `Parsing configuration file: ${name}\nSyntax OK!\n`])
      }
      assert.equal((await run('init', '-o', 'i.yml')).exit, 1)
      assert.equal((await run('init', '-o', 'x.yml', '--backend', 'nowhere')).exit, 255)
      assert.ok(!existsSync(join(folder, 'x.yml')))
    })
    test('a route that is none is told with its place, whoever reads the file', async () => {
      const backend = [{ host: ['http://127.0.0.1:10'], url_pattern: '/' }]
      const extra_config = { '_gw/route': { path: '/{a}{b}' } }
      write('no-route.json', { version: 3, extra_config: { '_gw/admin': {} }, endpoints: [{ endpoint: '/a', backend, extra_config }] })
      const commands = [['check'], ['run'], ['routes'], ['explain', '/a'], ['try', '/a']]
      for (const args of [...commands.map((words) => [...words, '-c', 'no-route.json']), ['diff', 'a.json', 'no-route.json']]) {
        const { exit, stderr } = await run(...args)
        assert.notEqual(exit, 0, args.join(' '))
        assert.match(stderr, /^no-route\.json:1:\d+: error: .* \(endpoints\[0\]\.extra_config\._gw\/route\.path\)$/m, args.join(' '))
      }
    })
    test('check --lint: every format with its line; -n as KrakenD', async () => {
      const linted = await run('check', '-lc', 'mistake.yml')
      assert.equal(linted.exit, 1)
      assert.match(
        linted.stderr,
        /ERROR linting the configuration file:\tjsonschema validation failed with 'krakend-ts\.json#'\n- at '\/timeout'/,
      )
      assert.match(linted.stderr, /mistake\.yml:2:1: error: got number, want string \(timeout\)/)
      const report = JSON.parse((await run('check', '-lc', 'mistake.yml', '--format', 'json')).stdout) as {
        isAccepted: boolean
        findings: { code: string }[]
      }
      assert.equal(report.isAccepted, false)
      assert.ok(report.findings.some(({ code }) => code === 'schema'))
      for (const [args, reason] of [
        [['-n', '-c', 'mistake.yml'], /^converting configuration content to JSON:\t/],
        [['-s', 'absent.json', '-c', 'a.json'], /^compiling the custom schema:\topen absent\.json: no such file or directory$/],
      ] as const) {
        const told = JSON.parse((await run('check', '--format', 'json', ...args)).stdout) as { isAccepted: boolean; reason: string }
        assert.equal(told.isAccepted, false)
        assert.match(told.reason, reason)
      }
      assert.match((await run('check', '-nc', 'mistake.yml')).stderr, /ERROR converting configuration content to JSON:\t/)
    })
    test('check --lint: what references stand for is what counts, and is not printed', async () => {
      const file = (name: string): object => ({
        version: 3,
        extra_config: { '_gw/secrets': {} },
        port: '${env:NONE:-8081}',
        name,
        endpoints: [],
      })
      write('references.json', file('a'))
      const good = 'Parsing configuration file: references.json\nSyntax OK!\n'
      assert.deepEqual(await run('check', '-lc', 'references.json'), { exit: 0, stdout: '', stderr: good })
      write('key.txt', '5up3r-s3cr3t')
      write('bad-reference.json', { ...file('a'), output_encoding: '${file:key.txt}' })
      for (const format of ['text', 'json']) {
        const { exit, stdout, stderr } = await run('check', '-lc', 'bad-reference.json', '--format', format)
        assert.equal(exit, 1)
        assert.match(stdout + stderr, /\*\*\*/)
        assert.ok(!(stdout + stderr).includes('5up3r'))
      }
    })
  })

  describe('completion', () => {
    test('bash completes commands, flags and their values', () => {
      const complete = (...words: string[]): string[] => {
        const script = `source <("${process.execPath}" "${BIN}" completion bash); COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _krakend; printf '%s\\n' "\${COMPREPLY[@]}"`
        return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n')
      }
      assert.deepEqual(complete('krakend', 'ex'), ['explain'])
      assert.deepEqual(complete('krakend', 'convert', '--fo'), ['--format', '--force'])
      assert.deepEqual(complete('krakend', 'convert', '--format', ''), ['json', 'yaml', 'toml'])
      assert.deepEqual(complete('krakend', 'completion', 'z'), ['zsh'])
      assert.ok(complete('krakend', 'validate', '-').includes('--lint'))
    })
    test('zsh and fish know every command and flag', async () => {
      const zsh = (await run('completion', 'zsh')).stdout
      const fish = (await run('completion', 'fish')).stdout
      for (const name of Object.keys(COMMANDS)) {
        assert.ok(zsh.includes(`'${name}:`), name)
        assert.ok(fish.includes(`-a ${name} `), name)
      }
      assert.ok(fish.includes("-l format -x -a 'json yaml toml'"))
      assert.equal((await run('completion', 'csh')).exit, 255)
    })
  })
})
