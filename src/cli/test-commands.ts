// For tests: the program as a shell runs it, and a project with plugins, some of which are broken.

import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '../plugins/modules/test-folder.ts'
import type { CommandLine, Told } from './test-shell.ts'

export const BIN = fileURLToPath(new URL('bin.ts', import.meta.url))
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Variables = Readonly<Record<string, string>>

export interface Answer {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Node.js with `args`, in a process of its own; `variables` of the environment beside those of the tests. */
export function node(cwd: string, args: readonly string[], variables: Variables = {}): Answer {
  const env = { ...ownEnvironment(), ...variables }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env })
  return { exit: status, stdout, stderr }
}

let shell: ChildProcess | null = null
let last: Promise<unknown> = Promise.resolve()

/** The program with `args`, one command line after the other: they share a process. */
export function krakend(cwd: string, ...args: readonly string[]): Promise<Answer> {
  return krakendWith({}, cwd, args)
}

/** The same with variables of the environment beside those of the tests. */
export function krakendWith(variables: Variables, cwd: string, args: readonly string[]): Promise<Answer> {
  const answer = last.then(() => send({ args, cwd, env: { ...ownEnvironment(), ...variables } }))
  last = answer.catch(() => null)
  return answer
}

async function send(line: CommandLine): Promise<Answer> {
  const child = (shell ??= startShell())
  const written = { stdout: '', stderr: '' }
  child.ref()
  child.channel?.ref()
  const { promise, resolve } = Promise.withResolvers<number | null>()
  const onTold = (told: Told): void => {
    if ('exit' in told) resolve(told.exit)
    else written[told.stream] += told.text
  }
  child.on('message', onTold)
  child.once('close', resolve)
  child.send(line)
  const exit = await promise
  child.off('message', onTold).off('close', resolve)
  if (!child.connected) shell = null
  child.unref()
  child.channel?.unref()
  return { exit, ...written }
}

function startShell(): ChildProcess {
  const child = fork(fileURLToPath(new URL('test-shell.ts', import.meta.url)), { execArgv: [], stdio: 'ignore', env: ownEnvironment() })
  process.once('exit', () => child.kill())
  return child
}

/** Without the variables that a gateway takes, and that of tests: one that is started by a test would report to it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_TEST_CONTEXT' && !name.startsWith('KRAKEND_')))
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
