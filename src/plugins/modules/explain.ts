// Why a module could not be imported, in words that say where and what to do: the errors of Node.js know, but do not say it like that.

import { fileURLToPath } from 'node:url'
import type { SourcePlace } from '../../schema/excerpt.ts'
import { asError } from '../../engine/errors.ts'
import type { ModuleProblem } from '../loaded.ts'
import { explainMissingImport } from './explain-import.ts'
import { explainSyntax } from './explain-syntax.ts'
import type { ModuleFile } from './find-files.ts'
import { IntegrityError } from './integrity.ts'
import { unresolvedOf } from './load-hooks.ts'
import { problemOf, readText, shownPath } from './problem.ts'

const CODE = 'plugin-module'
/** `at f (file:///a.ts:3:7)`, `at /a.cjs:3:7`. */
const FRAME = /(?:\(|\bat (?:async )?)((?:file:\/\/)?\/?[^()\n]*?):(\d+):(\d+)\)?$/gm
const BELOW_MODULES = /\/node_modules\//
/** The gateway's own sources: its hooks stand in every import. */
const OWN_FILES = new URL('../../', import.meta.url).href

/** The problem that kept `module` from being imported. Never rejects. */
export async function explainFailure(thrown: unknown, module: ModuleFile): Promise<ModuleProblem> {
  const plugins = [module.name]
  if (thrown instanceof IntegrityError) return { ...thrown.problem, plugins }
  if (!(thrown instanceof Error)) return problemOf(CODE, module.shown, `threw ${describeThrown(thrown)}`, { plugins })
  const unresolved = unresolvedOf(thrown)
  if (unresolved !== null) return { ...explainMissingImport(unresolved, thrown), plugins }
  const syntax = await explainSyntax(thrown, module)
  if (syntax !== null) return { ...syntax, plugins }
  if ((thrown as NodeJS.ErrnoException).code === 'ERR_IMPORT_ATTRIBUTE_MISSING')
    return problemOf(CODE, module.shown, thrown.message, { plugins, hint: "write import x from './x.json' with { type: 'json' }" })
  const where = frameOf(thrown)
  const message = `${thrown.name}: ${thrown.message}`
  if (where === null) return problemOf(CODE, module.shown, message, { plugins })
  const { path, place } = where
  return problemOf(CODE, shownPath(path), message, { place, text: readText(path), plugins })
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === 'string' ? JSON.stringify(thrown) : asError(thrown).message
}

/** The innermost place of a stack that is neither Node.js's nor a package's. */
function frameOf({ stack = '' }: Error): { path: string; place: SourcePlace } | null {
  for (const [, file = '', line, column] of stack.matchAll(FRAME)) {
    if (file.startsWith('node:') || file.startsWith(OWN_FILES) || BELOW_MODULES.test(file)) continue
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    return { path, place: { line: Number(line), column: Number(column) } }
  }
  return null
}
