// Modules: `require`, `module` and the table `package`.

import { statSync } from 'node:fs'
import { textOfBytes } from './bytes.ts'
import { checkString, checkTable } from './check.ts'
import type { Args } from './check.ts'
import { LuaSyntaxError } from './errors.ts'
import { fileErrorText, loadText, readSource } from './lib-load.ts'
import { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, NOTHING, firstOf, isTrue, native } from './value.ts'
import type { Result, Suspension, Value } from './value.ts'

const DEFAULT_PATH = './?.lua;/usr/local/share/lua/5.1/?.lua;/usr/local/share/lua/5.1/?/init.lua'
/** What a userdata holds that stands in `package.loaded` while a module is loading. security: the userdata itself is its state's alone. */
const LOADING = Symbol('loading')

function isLoading(value: Value): boolean {
  return value instanceof LuaUserData && value.value === LOADING
}

export function packagePath(environment: string | undefined): string {
  return environment === undefined || environment === '' ? DEFAULT_PATH : environment.replaceAll(';;', `;${DEFAULT_PATH};`)
}

function packageField(thread: LuaThread, name: string): Value {
  const table = thread.machine.globals.getString('package')
  return table instanceof LuaTable ? table.getString(name) : undefined
}

function preloaded(thread: LuaThread, args: Args): Value {
  const name = checkString(thread, args, 0)
  const preload = packageField(thread, 'preload')
  if (!(preload instanceof LuaTable)) return thread.raise('package.preload must be a table')
  return preload.getString(name) ?? `no field package.preload['${name}']`
}

function fromFile(thread: LuaThread, args: Args): Value {
  const name = checkString(thread, args, 0)
  const path = packageField(thread, 'path')
  if (typeof path !== 'string') return thread.raise('package.path must be a string')
  const problems: string[] = []
  for (const pattern of path.split(';')) {
    const file = pattern.replaceAll('?', () => name.replaceAll('.', '/'))
    try {
      statSync(textOfBytes(file))
      return fileModule(thread, file)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      problems.push(`stat ${file}: ${fileErrorText(error)}`)
    }
  }
  return problems.join('\n\t')
}

function fileModule(thread: LuaThread, file: string): Value {
  const read = readSource(file)
  if ('problem' in read) return thread.raise(read.problem)
  try {
    return loadText(thread, read.source, file)
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error
    return thread.raise(error.message)
  }
}

/** What is loaded already, or the function that loads it. */
function find(thread: LuaThread, name: string): { loaded: Value } | { loader: Value } {
  const { registry } = thread.machine
  const loaded = registry.get('_LOADED')?.getString(name)
  if (isLoading(loaded)) thread.raise(`loop or previous error loading module: ${name}`)
  if (isTrue(loaded)) return { loaded }
  const problems: string[] = []
  for (let i = 1; ; i++) {
    const searcher = registry.get('_LOADERS')?.getNumber(i)
    if (searcher === undefined) thread.raise(`module ${name} not found:\n\t${problems.join('\n\t')}, `)
    const found = firstOf(thread.call(searcher, [name]))
    if (found instanceof LuaFunction) return { loader: found }
    if (typeof found === 'string') problems.push(found)
  }
}

/** After a module ran: what it returned, or what it put into `package.loaded` itself. */
function keep(thread: LuaThread, name: string, returned: Value): Value {
  const loaded = thread.machine.registry.get('_LOADED') as LuaTable
  if (isLoading(loaded.getString(name))) loaded.setHash(name, returned ?? true)
  return loaded.getString(name)
}

export const require = native(
  (thread, ...args) => {
    const name = checkString(thread, args, 0)
    const found = find(thread, name)
    if ('loaded' in found) return found.loaded
    thread.machine.registry.get('_LOADED')?.setHash(name, new LuaUserData(LOADING, undefined))
    return keep(thread, name, firstOf(thread.call(found.loader, [name])))
  },
  function* (thread, ...args): Generator<Suspension, Result, Value[]> {
    const name = checkString(thread, args, 0)
    const found = find(thread, name)
    if ('loaded' in found) return found.loaded
    thread.machine.registry.get('_LOADED')?.setHash(name, new LuaUserData(LOADING, undefined))
    return keep(thread, name, firstOf(yield* thread.callSuspendable(found.loader, [name])))
  },
)

/** The table of a dotted name below the globals, made where it is missing; undefined where something else stands there. */
function findTable(globals: LuaTable, name: string): LuaTable | undefined {
  let table = globals
  for (const part of name.split('.')) {
    let next = table.getString(part)
    if (next === undefined) {
      next = new LuaTable()
      table.setHash(part, next)
    }
    if (!(next instanceof LuaTable)) return undefined
    table = next
  }
  return table
}

function module(thread: LuaThread, args: Args): Result {
  const name = checkString(thread, args, 0)
  const { globals, registry } = thread.machine
  const loaded = registry.get('_LOADED') as LuaTable
  const known = loaded.getString(name)
  const table = known instanceof LuaTable ? known : findTable(globals, name)
  if (table === undefined) return thread.raise(`name conflict for module: ${name}`)
  loaded.setHash(name, table)
  if (table.getString('_NAME') === undefined) {
    table.setHash('_M', table)
    table.setHash('_NAME', name)
    table.setHash('_PACKAGE', name.slice(0, name.lastIndexOf('.') + 1))
  }
  const caller = thread.functionAt(1)
  if (caller === null || caller.prototype === null) return thread.raise('module() can not be called from GFunctions.')
  caller.env = table
  for (const option of args.slice(1)) thread.call(option, [table])
  return table
}

function seeall(thread: LuaThread, args: Args): Result {
  const table = checkTable(thread, args, 0)
  table.metatable ??= new LuaTable()
  table.metatable.setHash('__index', thread.machine.globals)
  return NOTHING
}

export const MODULES: Readonly<Record<string, LuaFunction>> = { module: native((thread, ...args) => module(thread, args)), require }

const FUNCTIONS: Readonly<Record<string, LuaFunction>> = {
  loadlib: native((thread) => thread.raise('loadlib is not supported')),
  seeall: native((thread, ...args) => seeall(thread, args)),
}
const SEARCHERS = [native((thread, ...args) => preloaded(thread, args)), native((thread, ...args) => fromFile(thread, args))]

const PACKAGE = LuaTable.of({
  ...FUNCTIONS,
  preload: false,
  loaders: false,
  loaded: false,
  path: DEFAULT_PATH,
  cpath: '',
  config: '/\n;\n?\n!\n-\n',
})

/** The table `package` of a new state, and the registry's tables behind it. */
export function openPackage(path: string, loaded: LuaTable, registry: Map<string, LuaTable>): LuaTable {
  const loaders = new LuaTable([...SEARCHERS])
  registry.set('_LOADED', loaded)
  registry.set('_LOADERS', loaders)
  const table = PACKAGE.cloneRecord()
  table.setHash('preload', new LuaTable())
  table.setHash('loaders', loaders)
  table.setHash('loaded', loaded)
  table.setHash('path', path)
  return table
}
