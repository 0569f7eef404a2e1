// Which exports of a module are plugins, and whether each has the shape of one: plain objects, lists of them, and a bare function.

import { suggest } from '../../schema/suggest.ts'
import { isObject, type PlainObject } from '../../json/types.ts'
import { describeValue } from '../../schema/values.ts'
import type { LoadedPlugin, ModuleProblem, OptionsSchema } from '../loaded.ts'
import { compileOptions } from '../options/compile.ts'
import type { Kind } from '../types.ts'
import type { ModuleFile } from './find-files.ts'
import { problemOf } from './problem.ts'

export const KINDS: readonly Kind[] = ['http-server', 'http-client', 'req-resp-modifier', 'middleware']

const CODE = 'plugin-module'
const MEMBERS: readonly string[] = ['name', 'kind', 'options', 'params', 'protects', 'setup', 'description']
/** What Node.js calls the exports of CommonJS. */
const COMMON_JS = 'module.exports'

interface Found {
  /** `price`, or as it is exported: `default[1]`. */
  readonly label: string
  readonly value: PlainObject
}

export interface Shapes {
  readonly plugins: readonly LoadedPlugin[]
  readonly problems: readonly ModuleProblem[]
}

/** Reads what a module exports. Problems of a plugin keep that one out, and no other. */
export async function readShapes(namespace: object, module: ModuleFile): Promise<Shapes> {
  const found = collect(exportsOf(namespace).map(([key, value]) => [key, key === 'default' ? asPlugin(value, module) : value]))
  if (found.length === 0)
    return { plugins: [], problems: [problemOf(CODE, module.shown, `${module.shown} exports no plugin`, { severity: 'warning' })] }
  const read = await Promise.all(found.map((one) => new ShapeReader(one, module, found.length === 1).read()))
  return { plugins: read.flatMap(({ plugins }) => plugins), problems: read.flatMap(({ problems }) => problems) }
}

/** CommonJS has one export, which may be an object of several: then its members count, of whatever a compiler made of an ES module too. */
function exportsOf(namespace: object): [string, unknown][] {
  const all: [string, unknown][] = Object.entries(namespace)
  const main: unknown = COMMON_JS in namespace ? namespace[COMMON_JS] : null
  return isObject(main) && !isPlugin(main) ? Object.entries(main) : all
}

/** A bare function is what `setup` would give. */
function asPlugin(value: unknown, { name }: ModuleFile): unknown {
  return typeof value === 'function' ? { name, setup: () => value as unknown } : value
}

/** Each plugin once, however often it is exported. */
function collect(exported: readonly (readonly [string, unknown])[]): Found[] {
  const seen = new Set<unknown>()
  const found: Found[] = []
  const add = (label: string, value: unknown): void => {
    if (!isPlugin(value) || seen.has(value)) return
    seen.add(value)
    found.push({ label, value })
  }
  for (const [key, value] of exported) {
    if (Array.isArray(value)) value.forEach((item: unknown, index) => add(`${key}[${index}]`, item))
    else add(key, value)
  }
  return found
}

/** Whatever has a `setup` means to be one, also where that is no function. */
function isPlugin(value: unknown): value is PlainObject {
  return isObject(value) && 'setup' in value
}

class ShapeReader {
  readonly #label: string
  readonly #value: PlainObject
  readonly #module: ModuleFile
  readonly #isAlone: boolean
  readonly #problems: ModuleProblem[] = []
  readonly #name: string

  constructor({ label, value }: Found, module: ModuleFile, isAlone: boolean) {
    this.#value = value
    this.#module = module
    this.#isAlone = isAlone
    const { name } = value
    this.#name = typeof name === 'string' ? name : isAlone ? module.name : ''
    this.#label = typeof name === 'string' && name !== '' ? name : isAlone ? module.name : label
  }

  async read(): Promise<Shapes> {
    const plugin: LoadedPlugin = {
      name: this.#readName(),
      kinds: new Set(this.#readKinds()),
      file: this.#module.shown,
      params: this.#readParams(),
      protects: this.#typed('protects', 'boolean', 'true or false') ?? false,
      description: this.#typed('description', 'string', 'a text') ?? '',
      options: await this.#readOptions(),
      setup: this.#readSetup(),
    }
    for (const member of Object.keys(this.#value)) if (!MEMBERS.includes(member)) this.#warnOfMember(member)
    const isGood = !this.#problems.some(({ severity }) => severity === 'error')
    return { plugins: isGood ? [plugin] : [], problems: this.#problems }
  }

  #readName(): string {
    const { name } = this.#value
    if (name === undefined && !this.#isAlone) this.#refuse('name', 'is missing', 'a module with several plugins names each of them')
    else if (name !== undefined && (typeof name !== 'string' || name === '')) this.#refuse('name', `must be a text, not ${describe(name)}`)
    return this.#name
  }

  #readKinds(): readonly Kind[] {
    const { kind } = this.#value
    if (kind === undefined) return KINDS
    const list: readonly unknown[] = Array.isArray(kind) ? kind : [kind]
    if (list.length === 0) this.#refuse('kind', 'is an empty list', `leave it out for all of ${KINDS.join(', ')}`)
    const good = list.filter((one): one is Kind => (KINDS as readonly unknown[]).includes(one))
    for (const one of list) if (!(good as readonly unknown[]).includes(one)) this.#refuseKind(one)
    return good
  }

  #refuseKind(kind: unknown): void {
    const choice = `one of ${KINDS.join(', ')}`
    if (typeof kind !== 'string') return this.#refuse('kind', `must be ${choice}, not ${describe(kind)}`)
    const meant = suggest(kind, KINDS)
    // The colon and what follows it: how the member stands in the source.
    this.#refuse(
      'kind',
      `"${kind}"${meant === null ? ' is no kind' : `, did you mean "${meant}"?`}`,
      `it is ${choice}, or a list of them`,
      ': ',
    )
  }

  #readParams(): readonly string[] {
    const { params } = this.#value
    if (params === undefined) return []
    if (Array.isArray(params) && params.every((name): name is string => typeof name === 'string')) return params
    this.#refuse('params', 'must be a list of names of placeholders', "such as ['id'] for /users/{id}")
    return []
  }

  async #readOptions(): Promise<OptionsSchema | null> {
    const { options } = this.#value
    if (options === undefined) return null
    const compiled = await compileOptions(options)
    if (typeof compiled !== 'string') return compiled
    this.#refuse('options', compiled, 'it is JSON Schema 2020-12, or a Standard Schema (zod, valibot, arktype)', ': ')
    return null
  }

  #readSetup(): LoadedPlugin['setup'] {
    const { setup } = this.#value
    if (typeof setup !== 'function') this.#refuse('setup', `must be a function, not ${describe(setup)}`)
    return (options, site) => Reflect.apply(setup as (...args: unknown[]) => unknown, this.#value, [options, site])
  }

  #typed<T extends 'boolean' | 'string'>(member: string, type: T, wanted: string): (T extends 'string' ? string : boolean) | undefined {
    const value = this.#value[member]
    // oxlint-disable-next-line valid-typeof -- the type is one of two
    if (value !== undefined && typeof value !== type) this.#refuse(member, `must be ${wanted}, not ${describe(value)}`)
    return value as (T extends 'string' ? string : boolean) | undefined
  }

  #refuse(member: string, message: string, hint = '', separator = ' '): void {
    this.#problems.push(this.#problem(member, message, hint, separator, 'error'))
  }

  #warnOfMember(member: string): void {
    const meant = suggest(member, MEMBERS)
    if (meant !== null) this.#problems.push(this.#problem(member, 'is no member of a plugin', `did you mean "${meant}"?`, ' ', 'warning'))
  }

  #problem(member: string, message: string, hint: string, separator: string, severity: ModuleProblem['severity']): ModuleProblem {
    const plugins = [this.#name === '' ? this.#module.name : this.#name]
    // security: who says that it protects, in whatever words, is not left out because another member is wrong
    const protects = this.#value['protects'] !== undefined && this.#value['protects'] !== false
    return problemOf(CODE, this.#module.shown, `${this.#label}.${member}${separator}${message}`, { hint, severity, plugins, protects })
  }
}

function describe(value: unknown): string {
  return typeof value === 'function' ? 'a function' : value === undefined ? 'nothing' : describeValue(value)
}
