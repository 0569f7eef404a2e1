// For tests: the program as a shell runs it, and a project with plugins, some of which are broken.

import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '../plugins/modules/test-folder.ts'

const BIN = fileURLToPath(new URL('bin.ts', import.meta.url))
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Answer {
  readonly exit: number | null
  readonly out: string
  readonly text: string
}

export function node(cwd: string, args: readonly string[]): Answer {
  const env = { ...process.env }
  // A test that is started by a test would report to it.
  delete env['NODE_TEST_CONTEXT']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env })
  return { exit: status, out: stdout, text: stderr }
}

export function krakend(cwd: string, ...args: readonly string[]): Answer {
  return node(cwd, [BIN, ...args])
}

const GOOD =
  "export default { name: 'good', kind: 'middleware', options: { type: 'object', properties: { max: { type: 'integer' } } }, setup: () => () => ({}) }\n"
export const FILES = {
  'plugins/good.mjs': GOOD,
  'plugins/enum.ts': 'export {}\n\nenum Color { Red }\n',
  'plugins/type.ts': "import { Foo } from './_t.ts'\nexport default { foo: Foo, setup: () => null }\n",
  'plugins/_t.ts': 'export interface Foo { a: 1 }\n',
  'plugins/ending.ts': "import { t } from './_t'\n",
  'plugins/old.so': 'ELF',
  'plugins/limit.mjs': 'export const limit = 5\n',
}
const CONFIG = {
  version: 3,
  plugin: { folder: './plugins', pattern: 'good' },
  endpoints: [
    {
      endpoint: '/users/{id}',
      backend: [{ host: ['http://h'], url_pattern: '/b' }],
      extra_config: { 'plugin/middleware': { name: ['good'], good: { max: 'x' } } },
    },
  ],
}

export function makeProject(context: TestContext): string {
  return makeFolder(context, { ...FILES, 'krakend.json': JSON.stringify(CONFIG) })
}
