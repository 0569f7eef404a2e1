// The files around the gateway: images and services fit together, the unit is one that systemd takes, and configurations are good.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { parseDockerfile } from './dockerfile.ts'
import { lacksSystemd, verifyUnit } from './systemd-unit.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMMAND = join(ROOT, 'bin/krakend')

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string
        readonly build?: { readonly context: string; readonly dockerfile: string }
        readonly volumes?: readonly string[]
        readonly ports?: readonly string[]
        readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
        readonly healthcheck?: object
      }
    >
  >
  readonly volumes: Readonly<Record<string, object>>
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

test('the image has the command line of KrakenD’s: user, folder, entry point, arguments', () => {
  const last = parseDockerfile(read('deploy/docker/Dockerfile')).at(-1)
  const words = (name: string): string[] => last?.steps.filter((step) => step.name === name).map(({ text }) => text) ?? []
  assert.deepEqual(words('ENTRYPOINT'), ['["/usr/bin/krakend"]'])
  assert.deepEqual(words('CMD'), ['["run", "-c", "/etc/krakend/krakend.json"]'])
  assert.deepEqual([words('USER'), words('WORKDIR')], [['1000'], ['/etc/krakend']])
  assert.equal(words('HEALTHCHECK').length, 1)
})

test('every YAML file can be read', () => {
  const files = globSync('deploy/**/*.yaml', { cwd: ROOT, exclude: ['**/templates/**'] })
  assert.ok(files.length > 5)
  for (const file of files) assert.equal(typeof parse(read(file)), 'object', file)
})

test('the services of compose find their files, their volumes and each other', () => {
  const { services, volumes } = parse(read('deploy/compose/compose.yaml')) as Compose
  const folder = join(ROOT, 'deploy/compose')
  const names = Object.keys(services)
  assert.deepEqual(names, ['gateway', 'redis', 'rabbitmq', 'otel-collector', 'prometheus', 'grafana'])
  for (const [name, { image, build, volumes: mounts = [], depends_on: needed = {} }] of Object.entries(services)) {
    if (build === undefined) assert.match(image ?? '', /:[\w.-]+$/, `${name} has no version`)
    else assert.ok(existsSync(join(folder, build.context, build.dockerfile)), name)
    for (const mount of mounts) {
      const [source = ''] = mount.split(':')
      assert.ok(source.startsWith('.') ? existsSync(join(folder, source)) : source in volumes, `${name}: ${source}`)
    }
    for (const [other, { condition }] of Object.entries(needed))
      assert.ok(condition !== 'service_healthy' || services[other]?.healthcheck !== undefined, other)
  }
  const file = read('deploy/compose/krakend/krakend.json')
  for (const [, host = ''] of file.matchAll(/(?:redis|@rabbitmq|"host": "otel)[\w-]*:?\/?\/?([\w-]+)?(?=:\d)/g))
    assert.ok(host === '' || names.includes(host), host)
  assert.match(read('deploy/compose/prometheus.yaml'), /gateway:9090/)
})

for (const file of ['deploy/compose/krakend/krakend.json', 'deploy/docker/krakend.json'])
  test(`${file} is good`, () => {
    const { status, stderr } = spawnSync(COMMAND, ['check', '--strict', '-c', join(ROOT, file)], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stderr, /warning/)
  })

test('the unit is one that systemd takes', { skip: lacksSystemd }, () => {
  assert.deepEqual(verifyUnit(null), [0, ''])
})
