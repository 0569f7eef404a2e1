// For tests: a folder of plugins on the disk, and what loading it gives.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { PluginModules } from '../loaded.ts'
import { loadPluginModules, type ModulesRequest } from './load.ts'

/** A folder that is gone after the test. Texts are contents, `{ link }` a link; names may have folders in them. */
export function makeFolder(context: TestContext, files: Readonly<Record<string, string | { readonly link: string }>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plugins-')))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof content === 'string') writeFileSync(path, content)
    else symlinkSync(content.link, path)
  }
  return folder
}

/** Every module of a folder. */
export function load(folder: string, request: Partial<ModulesRequest> = {}): Promise<PluginModules> {
  return loadPluginModules({ folder, pattern: '.so', setupTimeoutMs: 5000, sha256: null, ...request })
}

/** `price (middleware)`, one a line of the module; problems as `FILE:LINE:COLUMN message`, files by their name. */
export function namesOf({ plugins }: PluginModules): string[] {
  return plugins.map(({ name }) => name)
}

/** `error a.ts:3:1 enum is …`. */
export function problemsOf({ problems }: PluginModules): string[] {
  return problems.map(({ severity, file, line, column, message }) => {
    const short = file.slice(file.lastIndexOf('/') + 1)
    return `${severity} ${short}${line === null ? '' : `:${line}:${column}`} ${message}`
  })
}
