// The rules of ARCHITECTURE.md as a table: who may import whom, and what every source file owes. Each row has its reason.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findCalls, findImports, readSource } from './source-file.ts'
import type { Import, SourceFile } from './source-file.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TEMPLATE = '_template'
const MAX_LINES = 300
const KEBAB_CASE_PATH = /^src(\/_?[a-z0-9]+(-[a-z0-9]+)*)+(\.(test|bench))?\.ts$/
/** Tests, what they share in their folder, and rows of benchmarks. */
const IS_BESIDE_CODE = /\.(test|bench)\.ts$|\/test-[^/]+\.ts$/
const COMPONENT = /^src\/components\/(_template|[^/]+\/[^/]+)\//
/** What the components of a group share stands in the group's folder itself. */
const GROUP = /^src\/components\/[^/]+\//

/** `may`: the only files of the project it may import; `never`: packages and modules it must not. */
interface Rule {
  readonly files: RegExp
  readonly may?: readonly RegExp[]
  readonly never?: RegExp
  readonly reason: string
}

const SYSTEM = /^node:(http|https|http2|net|tls|dns|fs|fs\/promises|child_process|cluster|worker_threads|os)$/
/** What `node:net` has for addresses alone opens no socket. */
const ADDRESS_NAMES = new Set(['BlockList', 'SocketAddress', 'isIP', 'isIPv4', 'isIPv6'])
const CONFIG_TYPES = /^src\/config\/(types|dialect)\.ts$/
const NODE_HTTP = /^src\/node-http\.ts$/
/** Whom a TLS client trusts is known in one place. */
const TRUST = /^src\/http\/tls\/trust\.ts$/
const BROKERS = /^src\/brokers\//
const CEL = /^src\/cel\//
const ENGINE = /^src\/engine\//
const PLUGINS = /^src\/plugins\//
const LUA = /^src\/lua\//
const SCHEMA = /^src\/schema\//
const JSON_FLOOR = /^src\/json\//
const GO = /^src\/go\//
/** Ground floors: knowledge that every other part may build on. */
const FLOORS = [JSON_FLOOR, GO, SCHEMA]

const RULES: readonly Rule[] = [
  {
    files: GO,
    may: [GO],
    never: SYSTEM,
    reason: 'what Go does with texts, numbers and URLs is known in one place, and depends on nothing',
  },
  {
    files: JSON_FLOOR,
    may: [JSON_FLOOR, GO],
    never: SYSTEM,
    reason: 'JSON is read and written in one place, for requests and files alike',
  },
  {
    files: SCHEMA,
    may: [SCHEMA, JSON_FLOOR, GO],
    never: SYSTEM,
    reason: 'reading options is the same for every part, so it depends on none',
  },
  {
    files: CEL,
    may: [CEL, GO],
    never: SYSTEM,
    reason: 'a language knows nothing of a gateway, so that everything may speak it',
  },
  {
    files: /^src\/config\//,
    may: [/^src\/config\//, ...FLOORS],
    reason: 'a file becomes typed configuration without knowing who will use it',
  },
  {
    files: ENGINE,
    may: [ENGINE, ...FLOORS, CONFIG_TYPES],
    never: SYSTEM,
    reason: 'a request is carried without sockets and files: tests run it in memory, and other edges can carry it',
  },
  {
    files: /^src\/http\//,
    may: [/^src\/http\//, NODE_HTTP, ENGINE, ...FLOORS, CONFIG_TYPES],
    reason: 'the wire has no policy: what happens to a request is decided in the engine and in components',
  },
  {
    files: BROKERS,
    may: [BROKERS, ENGINE, /^src\/http\/tls\//, ...FLOORS, CONFIG_TYPES],
    reason:
      'connections to brokers and clouds are made and kept in one place, trusted as those over HTTP are; what they are used for is decided in components',
  },
  {
    files: /^src\/encodings\//,
    may: [/^src\/encodings\//, ENGINE, ...FLOORS, CONFIG_TYPES],
    never: SYSTEM,
    reason: 'an encoding turns bytes into data and back, nothing else',
  },
  {
    files: /^src\/audit\//,
    may: [/^src\/audit\//, ...FLOORS, CONFIG_TYPES],
    never: SYSTEM,
    reason: 'an audit judges a configuration by what it says: nothing is built, read or called',
  },
  {
    files: /^src\/convert\//,
    may: [/^src\/convert\//, /^src\/config\//, ...FLOORS, /^src\/engine\/compile\/component\.ts$/, /^src\/plugins\/entries\.ts$/],
    never: SYSTEM,
    reason: 'a file is converted without knowing who will serve it: texts go in and come out',
  },
  {
    files: /^src\/explain\//,
    may: [/^src\/(?!cli\/|runtime\/)/, /^src\/runtime\/shared\.ts$/],
    reason: 'what is said about a gateway is taken from the gateway itself, and shown by others',
  },
  {
    files: LUA,
    may: [LUA, GO],
    never: /^node:(http|https|http2|net|tls|dns|child_process|cluster|worker_threads)$/,
    reason: 'a language knows nothing of gateways: what a script reaches is given to it',
  },
  {
    files: /^src\/plugins\/(?!modules\/)/,
    may: [PLUGINS, ENGINE, ...FLOORS, CONFIG_TYPES],
    never: SYSTEM,
    reason: 'what plugins see and what becomes of it is known without sockets, files and threads',
  },
  {
    files: /^src\/plugins\/modules\//,
    may: [PLUGINS, ENGINE, ...FLOORS, CONFIG_TYPES, /^src\/config\/upgrades\/enterprise\.json$/],
    never: /^node:(http|https|http2|net|tls|dns|child_process|cluster|worker_threads|os)$/,
    reason: 'modules are found and imported in one place, the only one of plugins that reads files',
  },
  {
    files: /^src\/log\//,
    may: [/^src\/log\//, ENGINE, ...FLOORS, CONFIG_TYPES],
    never: SYSTEM,
    reason: 'what a line looks like is known without knowing where it goes',
  },
  {
    files: /^src\/check\//,
    may: [/^src\/check\//, ENGINE, ...FLOORS, CONFIG_TYPES, /^src\/config\/fields\.ts$/, /^src\/encodings\/names\.ts$/],
    never: SYSTEM,
    reason: 'rules judge a configuration by what it says: nothing is built, and whether a file is there is told to them',
  },
  {
    files: COMPONENT,
    may: [ENGINE, ...FLOORS, BROKERS, NODE_HTTP, TRUST, LUA, CEL, CONFIG_TYPES, /^src\/plugins\/[^/]+\.ts$/],
    reason: 'a component can be read, tested and removed alone; it meets others through ports of the engine',
  },
  {
    files: /^src\/[^/]+\.ts$/,
    may: [/^src\/(?!cli\/|runtime\/)/],
    reason: 'a gateway can be embedded: it needs neither the command line nor a process of its own',
  },
  {
    files: /^src\/testing\//,
    may: [/^src\/(?!cli\/)/],
    reason: 'the kit opens what embedders open, without the command line',
  },
  {
    files: /^src\/runtime\//,
    may: [/^src\/(?!cli\/)/],
    reason: 'what runs does not depend on how it was started',
  },
]

/** Modules that only some folders may import, whether lazily or not. */
const RESERVED: readonly { readonly modules: RegExp; readonly folders: RegExp; readonly reason: string }[] = [
  {
    modules: /^node:(worker_threads|cluster)$/,
    folders: /^src\/runtime\//,
    reason: 'threads are started and fed in one place; everything else sees shared memory as `site.shared`',
  },
  {
    modules: /^node:child_process$/,
    folders: /^src\/(runtime|cli)\/|^src\/testing\/process\.ts$/,
    reason: 'a gateway that serves requests starts no programs: the process does, for its log',
  },
  {
    modules: /^src\/plugins\//,
    folders: /^src\/(plugins|components\/plugin|runtime|explain|convert|cli|testing)\/|^src\/[^/]+\.ts$/,
    reason: 'a gateway without plugins has nothing of them',
  },
]

/** Whoever makes the maps of blocks, and the reader. */
const RAW_BLOCK_READERS = /^src\/(config|audit)\/|^src\/cli\/describe-config\.ts$|^src\/engine\/routing\/router-options\.ts$/

/** What an algorithm may use of the engine at run time: plain values, none of its machinery. */
const VOCABULARY =
  /^src\/(node-http\.ts|http\/tls\/trust\.ts|config\/dialect\.ts|brokers\/.+|schema\/.+|go\/.+|json\/.+|cel\/index\.ts|lua\/.+|engine\/(body|data|errors|header-values|headers|networks|placeholders|ports|raw-query|scope|timer-ms)\.ts)$/

/** Comparing a version with a number, and flags that stand for such a comparison. */
const DIALECT_QUESTIONS =
  /\b(?:dialect|version)\b\)?\s*(?:[!=]==?|[<>]=?)\s*[234]\b|\b[234]\s*(?:[!=]==?|[<>]=?)\s*(?:[\w.]+\.)?dialect\b|\bis(?:Legacy|V\d|Version\d)\b/g

/** Packages that cost memory or start time: only a configuration that needs them may load them. */
const LAZY =
  /^(amqplib|@nats-io\/.+|kafkajs|@platformatic\/kafka|@aws-sdk\/.+|@google-cloud\/.+|@azure\/.+|ioredis|redis|@grpc\/.+|@bufbuild\/.+|@marcbachmann\/cel-js|fengari.*|@opentelemetry\/.+)$/

const files = globSync('src/**/*.ts', { cwd: ROOT })
  .map((path) => readSource(ROOT, path.replaceAll('\\', '/')))
  .sort((a, b) => (a.path < b.path ? -1 : 1))
const production = files.filter((file) => !IS_BESIDE_CODE.test(file.path))

const orderCode = readFileSync(join(ROOT, 'src/order.ts'), 'utf8')

describe('imports', () => {
  for (const rule of RULES) {
    test(`${rule.files.source}: ${rule.reason}`, () => assertNone(production, (file) => breaches(rule, file)))
  }
  for (const { modules, folders, reason } of RESERVED) {
    test(`${modules.source} only in ${folders.source}: ${reason}`, () =>
      assertNone(production, (file) => (folders.test(file.path) ? [] : targets(file, (found) => modules.test(found.target)))))
  }
  test('costly packages are loaded only by import(), when a configuration needs them', () =>
    assertNone(production, (file) => targets(file, (found) => LAZY.test(found.target) && !found.isLazy && !found.isType)))
  test('values of node:http come from src/node-http.ts: importing them brings a second HTTP client into the thread', () =>
    assertNone(production, (file) =>
      targets(
        file,
        ({ target, isType }) => target === 'node:http' && !isType && !NODE_HTTP.test(file.path) && !file.path.startsWith('src/testing/'),
      ),
    ))
  test('an algorithm of a component imports nothing outside its folder but what its group shares, types and words such as headers and errors', () =>
    assertNone(production.filter(isAlgorithm), (file) => targets(file, (found) => isForeignValue(file, found))))
  test('production code never imports tests', () =>
    assertNone(production, (file) => targets(file, (found) => IS_BESIDE_CODE.test(found.target) || /^(test|bench)\//.test(found.target))))
  test('blocks are read by the reader alone: raw ones would be read in another way by everybody', () =>
    assertNone(production, (file) =>
      RAW_BLOCK_READERS.test(file.path) ? [] : [...file.code.matchAll(/\bextraConfig(\?)?\.get\(/g)].map(String),
    ))
  test('nobody asks which version a file has: config/dialect.ts and records made with perDialect name what differs', () =>
    assertNone(production, (file) =>
      file.path === 'src/config/dialect.ts' ? [] : [...file.code.matchAll(DIALECT_QUESTIONS)].map(([question]) => question),
    ))
  test('no file imports itself over others: a cycle has no first line to read', () => assert.deepEqual(findCycle(production), []))
})

describe('every source file', () => {
  test('begins with a comment that says what it is (tests are named after it)', () =>
    assertNone(production, ({ lines }) => (firstLine(lines).startsWith('// ') ? [] : [firstLine(lines)])))
  test(`has at most ${MAX_LINES} lines`, () =>
    assertNone(files, ({ lines }) => (lines.length - 1 <= MAX_LINES ? [] : [`${lines.length - 1} lines`])))
  test('has the hooks of its tests in a suite: files share a process, and a hook at the top is one of them all', () => {
    const tests = files.filter(({ path }) => path.endsWith('.test.ts'))
    assertNone(tests, ({ code }) => code.match(/^(?:before|after)(?:Each)?(?=\()/gm) ?? [])
  })
  test('has a kebab-case name', () => assertNone(files, ({ path }) => (KEBAB_CASE_PATH.test(path) ? [] : ['not kebab-case'])))
  test('starts timers with a constant, or by timerMs: a longer time than Node.js can hold would be over at once', () =>
    assertNone(production, (file) => delaysOf(file).filter((delay) => !/^([A-Z_]+( \/ \d)?$|\d+$|timerMs\()/.test(delay))))
  test('leaves the process to runtime and cli', () =>
    assertNone(production, (file) =>
      /^src\/(runtime|cli)\/|^src\/testing\/process\.ts$/.test(file.path)
        ? []
        : [
            ...[...file.code.matchAll(/(?<![\w.'])process\.\w+/g)].map((match) => match[0]),
            ...targets(file, ({ target }) => /^(node:)?process$/.test(target)),
          ],
    ))
})

describe('every component', () => {
  for (const name of componentNames()) {
    test(`${name} has index.ts, README.md and a test`, () => {
      const folder = join(ROOT, 'src/components', name)
      for (const file of ['index.ts', 'README.md']) assert.ok(existsSync(join(folder, file)), `${name}/${file} is missing`)
      assert.ok(globSync('**/*.test.ts', { cwd: folder }).length > 0, `${name} has no *.test.ts`)
    })
    test(`${name} is ${name === TEMPLATE ? 'not ' : ''}in the order: what nobody can configure is dead`, () => {
      const isInOrder = orderCode.includes(`'./components/${name}/`)
      assert.equal(isInOrder, name !== TEMPLATE)
    })
  }
})

test('the scanner sees imports of every form and no others', () => {
  const text = `// import a from './comment.ts'
import b from './b.ts'
import {
  c,
} from '../c.ts'
import type { D } from 'd'
export * from './e.ts'
export type { F } from "not single quoted"
const lazy = await import('g')
const text = "import h from './h.ts'"
import './i.ts'
`
  assert.deepEqual(
    findImports('src/x/y.ts', text).map(({ target, isType, isLazy }) => [target, isType, isLazy]),
    [
      ['src/x/b.ts', false, false],
      ['src/c.ts', false, false],
      ['d', true, false],
      ['src/x/e.ts', false, false],
      ['src/x/i.ts', false, false],
      ['g', false, true],
    ],
  )
})

function breaches(rule: Rule, file: SourceFile): string[] {
  if (!rule.files.test(file.path)) return []
  const own = COMPONENT.exec(file.path)?.[0]
  return targets(file, ({ target, names }) => {
    if (target === 'node:net' && names.length > 0 && names.every((name) => ADDRESS_NAMES.has(name))) return false
    if (!target.startsWith('src/')) return rule.never?.test(target) ?? false
    if (own !== undefined && (target.startsWith(own) || isSharedInGroup(file.path, target))) return false
    return rule.may !== undefined && !rule.may.some((allowed) => allowed.test(target))
  })
}

/** Whether it is a file of the importer's group that belongs to no component. */
function isSharedInGroup(importer: string, target: string): boolean {
  const group = GROUP.exec(importer)?.[0]
  return group !== undefined && target.startsWith(group) && !target.slice(group.length).includes('/')
}

/** A file of a component that neither declares anything nor looks at the place it is built for. */
function isAlgorithm({ path, imports }: SourceFile): boolean {
  return COMPONENT.test(path) && !path.endsWith('/index.ts') && !imports.some(({ target }) => target === 'src/engine/compile/component.ts')
}

function isForeignValue({ path }: SourceFile, { target, isType }: Import): boolean {
  if (isType || !target.startsWith('src/') || VOCABULARY.test(target)) return false
  return !target.startsWith(COMPONENT.exec(path)?.[0] ?? '') && !isSharedInGroup(path, target)
}

function targets(file: SourceFile, isWrong: (found: Import) => boolean): string[] {
  return file.imports.filter(isWrong).map(({ target }) => `imports ${target}`)
}

function assertNone(list: readonly SourceFile[], findProblems: (file: SourceFile) => readonly string[]): void {
  const problems = list.flatMap((file) => findProblems(file).map((problem) => `${file.path}: ${problem}`))
  assert.deepEqual(problems, [])
}

/** Of every timer that a file starts, as written. */
function delaysOf({ code, imports }: SourceFile): string[] {
  const isPromised = imports.some(({ target }) => target === 'node:timers/promises')
  const timers = findCalls(code, /setTimeout|setInterval/).map((given) => given[isPromised ? 0 : 1] ?? '0')
  return [...timers, ...findCalls(code, /AbortSignal\.timeout/).map(([delay = '']) => delay)]
}

function firstLine(lines: readonly string[]): string {
  return (lines[0]?.startsWith('#!') ? lines[1] : lines[0]) ?? ''
}

/** `auth/jose`, `qos/ratelimit` …, and the template: folders that declare something. */
function componentNames(): string[] {
  return globSync('**/index.ts', { cwd: join(ROOT, 'src/components') }).map((path) => dirname(path.replaceAll('\\', '/')))
}

/** The first cycle of imports that exist at run time, as the list of its files; empty when there is none. */
function findCycle(list: readonly SourceFile[]): string[] {
  const byPath = new Map(list.map((file) => [file.path, file]))
  const finished = new Set<string>()
  const open: string[] = []
  function visit(path: string): string[] {
    if (open.includes(path)) return [...open.slice(open.indexOf(path)), path]
    const file = byPath.get(path)
    if (file === undefined || finished.has(path)) return []
    open.push(path)
    for (const { target, isType } of file.imports) {
      const cycle = isType ? [] : visit(target)
      if (cycle.length > 0) return cycle
    }
    open.pop()
    finished.add(path)
    return []
  }
  for (const path of byPath.keys()) {
    const cycle = visit(path)
    if (cycle.length > 0) return cycle
  }
  return []
}
