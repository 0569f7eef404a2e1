// The pages about programs that are not the gateway (Docker, Kubernetes, systemd, several processes): what the gateway does in them is run, and
// what they name of this repository is there.

import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { freePort, startBackend } from '../../src/testing/backend.ts'
import { configOf } from '../../src/testing/index.ts'
import { COMMAND, type RunningCommand, startCommand } from '../../src/testing/process.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, request } from '../kit.ts'
import { findDifference } from '../page-lines.ts'
import { fileOf, renderChart, type Values } from './render-chart.ts'
import { lacksSystemd, verifyUnit } from './systemd-unit.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CHART = join(ROOT, 'deploy/helm/krakend-ts')

const [docker, kubernetes, scaling, systemd] = ['docker', 'kubernetes', 'scaling', 'systemd'].map((name) => readPage(`docs/${name}.md`))

interface Page {
  readonly text: string
  /** What stands between fences, by what the first one says. */
  readonly blocks: readonly { readonly language: string; readonly text: string }[]
}

function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', inside = '']) => ({ language, text: inside }))
  return { text, blocks }
}

/** The block of a page that has a text. */
function blockWith(page: Page | undefined, part: string): string {
  const block = page?.blocks.find(({ text }) => text.includes(part))
  assert.ok(block, part)
  return block.text
}

function linesWith(page: Page | undefined, start: string): string[] {
  return (page?.blocks ?? []).flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith(start))
}

function krakend(args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(COMMAND, args, { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

async function serve(config: object, context: TestContext): Promise<RunningCommand> {
  const gateway = await startCommand(config)
  context.after(() => gateway.stop())
  return gateway
}

test('scaling: two processes have a limit each', async (context) => {
  const backend = await startBackend()
  context.after(() => backend.close())
  const block = blockWith(scaling, 'krakend run -c a.json')
  const [, limit = ''] = /`("qos\/ratelimit\/router": \{.*?\})`/.exec(scaling?.text ?? '') ?? []
  const file = { endpoints: [endpoint('/hello', backend.url, { extra_config: JSON.parse(`{${limit}}`) as object })] }
  const [first, second] = [await startCommand(file, { args: ['--workers', '2'] }), await serve(file, context)]
  context.after(() => first.stop())
  const loops = block.split(/^\$ /m).filter((part) => part.startsWith('for '))
  assert.equal(loops.length, 2)
  for (const loop of loops) {
    const end = loop.indexOf('\n')
    const line = loop.slice(0, end).replace('27011', String(first.port)).replace('27012', String(second.port))
    const { stdout } = await promisify(execFile)('bash', ['-c', line])
    assert.equal(findDifference(loop.slice(end), stdout), null, `${line}\n${stdout}`)
  }
})

test('Docker: arguments are those of the entry point, a file that the image has is good', async (context) => {
  const file = join(ROOT, 'deploy/docker/krakend.json')
  const runs = linesWith(docker, 'docker run').map((line) => line.slice(line.indexOf(' krakend-ts ') + ' krakend-ts '.length).split(' '))
  const checks = linesWith(docker, 'RUN krakend').map((line) => line.slice('RUN krakend '.length).split(' '))
  const own = (args: readonly string[]): string[] => args.map((arg) => arg.replace(/^\/(?:etc\/krakend|tmp)\/krakend\.json$/, file))
  assert.deepEqual([runs.length, checks.length], [2, 1])
  for (const args of [...runs, ...checks].filter(([name]) => name === 'check')) {
    const { status, said } = krakend(own(args))
    assert.equal(status, 0, said)
  }
  const port = await freePort()
  const child = await startCommand({}, { command: ['env', `KRAKEND_PORT=${port}`, COMMAND], port })
  context.after(() => child.stop())
  assert.equal((await request(port, '/__health')).status, 200)
  assert.deepEqual(
    runs.find(([name]) => name === 'run'),
    ['run', '-c', '/etc/krakend/krakend.json'],
  )
})

test('Docker: what is built and asked for is there', () => {
  for (const line of [...linesWith(docker, 'docker build'), ...linesWith(docker, 'docker compose')]) {
    const [, path = ''] = / -f (\S+)/.exec(line) ?? []
    assert.ok(existsSync(join(ROOT, path)), line)
  }
  const asked = linesWith(docker, 'curl').map(
    (line) => `${line.includes(' -d ') ? 'POST' : 'GET'} ${/localhost:8080(\S+)/.exec(line)?.[1]}`,
  )
  const { said } = krakend(['routes', '--format', 'json', '-c', join(ROOT, 'deploy/compose/krakend/krakend.json')])
  const routes = (JSON.parse(said) as { method: string; path: string }[]).map(({ method, path }) => `${method} ${path}`)
  for (const one of asked)
    assert.ok(
      routes.some((route) => new RegExp(`^${route.replaceAll(/\{\w+\}|:\w+/g, '[^/]+')}$`).test(one)),
      `${one} of ${routes.join(', ')}`,
    )
  assert.equal(asked.length, 2)
})

test('Kubernetes: values of the page are values of the chart, and its file is one that the gateway takes', () => {
  const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values
  const has = (name: string): boolean => {
    const [first = '', second = '*'] = name.split('.')
    const value = values[first]
    return first in values && (second === '*' || second in (value as object))
  }
  const set = linesWith(kubernetes, 'helm install').flatMap((line) => [...line.matchAll(/--set ([\w.]+)=/g)].map(([, name = '']) => name))
  const rows = [...(kubernetes?.text ?? '').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
  assert.ok(set.length > 1 && rows.length > 10)
  for (const name of [...set, ...rows]) assert.ok(has(name), name)
  const manifests = renderChart(CHART, 'orders', parse(blockWith(kubernetes, 'configuration:')) as Values)
  assert.equal(configOf(fileOf(manifests)).endpoints[0]?.path, '/orders/:id')
})

test('Kubernetes: the log tells of a change of the file and of the end of a pod', async (context) => {
  const added = blockWith(kubernetes, 'reading the configuration again')
  const ended = blockWith(kubernetes, 'the port stays open')
  const file = (...paths: string[]): object => ({
    extra_config: { '_gw/reload': { watch: true }, '_gw/shutdown': { delay: '1s' } },
    endpoints: paths.map((path) => endpoint(path, 'http://127.0.0.1:8080')),
  })
  const gateway = await serve(file('/hello'), context)
  let seen = gateway.output().length
  const news = (): string => {
    const text = gateway.output().slice(seen)
    seen += text.length
    return text
  }
  gateway.rewrite(file('/hello', '/orders'))
  await gateway.waitFor('the new configuration is served')
  await until(() => gateway.output().endsWith('\n'), 'the line is whole')
  const told = news()
  for (const line of added.trimEnd().split('\n')) assert.equal(findDifference(`…\n${line}\n…`, told), null, told)
  gateway.child.kill('SIGTERM')
  await gateway.waitFor('the port stays open')
  assert.equal((await request(gateway.port, '/__health')).status, 503)
  assert.equal(await gateway.exited, 0)
  const last = news()
  for (const line of ended.trimEnd().split('\n')) assert.equal(findDifference(`…\n${line}\n…`, last), null, last)
})

test('systemd: the exposure that the page shows', { skip: lacksSystemd }, () => {
  const [line = ''] = linesWith(systemd, '$ systemd-analyze')
  const args = line.split(' ').slice(2)
  const unit = join(ROOT, 'deploy/systemd', args.pop() ?? '')
  // The face is one only where the terminal has it.
  const env = { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_EMOJI: '1' }
  const { stdout } = spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8', env })
  assert.equal(findDifference(blockWith(systemd, line).slice(line.length + 1), stdout), null, stdout)
})

test('systemd: the drop-in of the page is one that it takes', { skip: lacksSystemd }, () => {
  assert.deepEqual(verifyUnit(blockWith(systemd, 'StateDirectory=krakend')), [0, ''])
})

test('systemd: what is copied is in the package, and the check before the start is one', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-check-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const [copied = ''] = linesWith(systemd, 'cp "$(npm root -g)')
  const [, path = ''] = /krakend-ts\/(\S+?)" /.exec(copied) ?? []
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  assert.ok(existsSync(join(ROOT, path)) && files.some((packed) => path.startsWith(packed)), path)
  const file = join(folder, 'krakend.json')
  writeFileSync(file, JSON.stringify({ version: 3, endpoints: [endpoint('/a', 'http://127.0.0.1:8080')] }))
  const [check = ''] = linesWith(systemd, 'krakend check')
  const args = check.split(' && ')[0]?.split(' ').slice(1) ?? []
  const { status, said } = krakend(args.map((arg) => arg.replace('/etc/krakend/krakend.json', file)))
  assert.deepEqual([args.length, status], [3, 0], said)
})
