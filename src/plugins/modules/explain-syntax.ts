// A source that Node.js cannot parse: what of TypeScript has to be compiled, what is no value, and where it stands.

import { pathToFileURL, fileURLToPath } from 'node:url'
import type { SourcePlace } from '../../schema/excerpt.ts'
import { positionsOf } from '../../schema/positions.ts'
import type { ModuleProblem } from '../loaded.ts'
import type { ModuleFile } from './find-files.ts'
import { graph, parseOnly } from './load-hooks.ts'
import { maskSource } from './mask-source.ts'
import { isScript } from './module-file.ts'
import { problemOf, readText, shownPath } from './problem.ts'

const CODE = 'plugin-module'
const COMPILE = 'compile it to .js, or start with --import tsx'

/** What Node.js calls a construct → its name, and what can be written instead. */
const CONSTRUCTS: readonly (readonly [message: RegExp, name: string, instead: string])[] = [
  [/\benum\b/, 'enum', 'write a const object ({ Red: 0, Green: 1 } as const)'],
  [/parameter property/, 'parameter property', 'declare the field and assign it in the constructor'],
  [/import equals/, 'import x = require()', "write import x from '…'"],
  [/export assignment/, 'export =', 'write export default'],
  [/\bnamespace declaration\b|`module` keyword/, 'namespace', 'write plain functions and constants of the module'],
  [/angle-bracket/, '<T>value', 'write value as T'],
]
const NO_EXPORT = /^The requested module '(.+)' does not provide an export named '(.+)'$/
const NO_NAMED = /^Named export '(.+)' not found\. The requested module '(.+)' is a CommonJS module/
/** The first line of a stack that shows the source: `/a.ts:3`, `file:///a.ts?x:3`. */
const SHOWN = /^(.+?)(?:\?[^:\n]*)?:(\d+)\n([\s\S]*?)\n( *)\^/
const IS_TYPESCRIPT = /\.[mc]?ts$/

/** Null for what is no matter of syntax. */
export async function explainSyntax(error: Error, module: ModuleFile): Promise<ModuleProblem | null> {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    const [, path = ''] = /"(.+)"/.exec(error.message) ?? []
    return problemOf(CODE, shownPath(path), 'Node.js does not strip types in node_modules', { hint: "use the package's JavaScript" })
  }
  if (!(error instanceof SyntaxError)) return null
  const shown = shownPlace(error)
  if (shown !== null) return describe(error, shown.path, shown.place)
  return (await search(error, module)) ?? problemOf(CODE, module.shown, `${error.name}: ${error.message}`)
}

function describe(error: Error, path: string, place: SourcePlace | null): ModuleProblem {
  const text = readText(path)
  const file = shownPath(path)
  const at = { place, text }
  if ((error as NodeJS.ErrnoException).code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    const [, name, instead] = CONSTRUCTS.find(([message]) => message.test(error.message)) ?? []
    if (name === undefined) return problemOf(CODE, file, error.message, { ...at, hint: COMPILE })
    return problemOf(CODE, file, `${name} is TypeScript that has to be compiled`, { ...at, hint: `${instead}; or ${COMPILE}` })
  }
  const [, from, name] = NO_EXPORT.exec(error.message) ?? swap(NO_NAMED.exec(error.message))
  if (name !== undefined) return problemOf(CODE, file, `${from} exports no value "${name}"`, { ...at, hint: hintForName(file) })
  const decorator = text === null || !IS_TYPESCRIPT.test(path) ? -1 : maskSource(text).indexOf('@')
  if (text !== null && decorator !== -1) return describeDecorator(file, text, decorator)
  return problemOf(CODE, file, `${error.name}: ${error.message}`, at)
}

function swap(match: RegExpExecArray | null): readonly (string | undefined)[] {
  return match === null ? [] : [match[0], match[2], match[1]]
}

function hintForName(file: string): string {
  return IS_TYPESCRIPT.test(file) ? 'if it is a type: import type' : ''
}

function describeDecorator(file: string, text: string, offset: number): ModuleProblem {
  const message = 'decorators are TypeScript that has to be compiled'
  return problemOf(CODE, file, message, { place: positionsOf(text)(offset), text, hint: `call the function yourself; or ${COMPILE}` })
}

/** The file and the place that an error shows above its message. */
function shownPlace({ stack = '' }: Error): { path: string; place: SourcePlace } | null {
  const [, file = '', line, , indent = ''] = SHOWN.exec(stack) ?? []
  if (line === undefined) return null
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  return { path, place: { line: Number(line), column: indent.length + 1 } }
}

/** What V8 says of an ES module has no place, and not even a file: each file of the module is parsed anew, by a parser that says where. */
async function search(error: Error, module: ModuleFile): Promise<ModuleProblem | null> {
  for (const url of graph.reach([pathToFileURL(module.path).href])) {
    const path = fileURLToPath(url)
    if (!isScript(path)) continue
    const found = await parse(url)
    if (found === null) continue
    const shown = shownPlace(found)
    if (shown !== null) return describe(found, path, shown.place)
    if (found.message === error.message) return describe(found, path, null)
  }
  return null
}

/** The error of a source that cannot be parsed; null for a good one. */
async function parse(url: string): Promise<SyntaxError | null> {
  try {
    await parseOnly(url)
    return null
  } catch (error) {
    return error instanceof SyntaxError ? error : null
  }
}
