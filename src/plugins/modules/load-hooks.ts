// How Node.js loads plugins: `krakend-ts/plugin` is the running gateway's own copy, every local file is known with the digest of the bytes
// that are run, and a file that may not run does not. Installed once per thread, when the first plugin is imported.

import { readFileSync } from 'node:fs'
import { type LoadFnOutput, type LoadHookSync, registerHooks, type ResolveHookSync, setSourceMapsSupport } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ImportGraph } from './import-graph.ts'
import { isEsModule } from './module-format.ts'

const OWN_NAME = 'krakend-ts/plugin'
/** The sources run as they are: it has the extension of this file. */
const OWN_EXTENSION = extname(import.meta.url)
const OWN_URL = new URL(`../../plugin${OWN_EXTENSION}`, import.meta.url).href
const OWN_FORMAT = OWN_EXTENSION === '.ts' ? 'module-typescript' : 'module'
const PARSE_ONLY = '?parse-only='
/** What is added to a source that is only to be parsed: no import of it is found, so nothing of it runs. */
const NEVER_RUN = "\nimport 'krakend-ts/parsed-only'"
const IN_PACKAGE = /\/node_modules\//
const SOURCE_MAP = /^\/\/[#@] sourceMappingURL=/m

/** What could not be found, by whom. */
export interface Unresolved {
  readonly specifier: string
  readonly parent: string
}

/** Throws when a file must not run. */
export type Admission = (path: string, digest: string) => void

export const graph = new ImportGraph()
const unresolved = new WeakMap<object, Unresolved>()
let admit: Admission | null = null
let isInstalled = false
let parses = 0

/** Who decides from now on whether a file may run; null: each may. */
export function admitBy(admission: Admission | null): void {
  admit = admission
}

/** What was looked for in vain when this error was thrown. */
export function unresolvedOf(error: unknown): Unresolved | null {
  return typeof error === 'object' && error !== null ? (unresolved.get(error) ?? null) : null
}

/** Imports a plugin with everything it imports, and gives its exports. `url` is that of a file. */
export async function importPlugin(url: string): Promise<object> {
  install()
  graph.add(url, null)
  return (await import(url)) as object
}

/** Parses a module as TypeScript and runs nothing of it: rejects with what is wrong, or with the import that cannot be. */
export async function parseOnly(url: string): Promise<void> {
  install()
  parses += 1
  // What was imported once is never read again.
  await import(`${url}${PARSE_ONLY}${parses}`)
}

function install(): void {
  if (isInstalled) return
  isInstalled = true
  registerHooks({ resolve, load })
}

const resolve: ResolveHookSync = (specifier, context, nextResolve) => {
  if (specifier === OWN_NAME) return { url: OWN_URL, format: OWN_FORMAT, shortCircuit: true }
  const parent = context.parentURL
  if (parent?.includes(PARSE_ONLY) === true) throw new Error('parsed only')
  try {
    const found = nextResolve(specifier, context)
    // Node.js gives the real path of a link.
    if (graph.has(specifier)) graph.add(found.url, specifier)
    else if (parent !== undefined && graph.has(parent) && isLocal(found.url)) graph.add(found.url, parent)
    return found
  } catch (error) {
    if (parent !== undefined && typeof error === 'object' && error !== null) unresolved.set(error, { specifier, parent })
    throw error
  }
}

const load: LoadHookSync = (url, context, nextLoad) => {
  const [file = url, parse] = url.split(PARSE_ONLY)
  if (parse !== undefined)
    return { format: 'module-typescript', source: readFileSync(fileURLToPath(file), 'utf8') + NEVER_RUN, shortCircuit: true }
  if (!graph.has(url)) return nextLoad(url, context)
  const path = fileURLToPath(url)
  const bytes = readFileSync(path)
  const digest = graph.digest(url, bytes)
  admit?.(path, digest)
  if (SOURCE_MAP.test(bytes.toString('latin1'))) setSourceMapsSupport(true)
  const format = context.format ?? formatOf(path, bytes)
  const loaded = nextLoad(url, format === undefined ? context : { ...context, format })
  // security: what is run is what was measured, unless whoever started the gateway put a compiler between
  return isSame(loaded.source, bytes) ? { ...loaded, source: bytes } : loaded
}

function isLocal(url: string): boolean {
  return url.startsWith('file:') && !IN_PACKAGE.test(url)
}

function formatOf(path: string, bytes: Buffer): string | undefined {
  const extension = extname(path)
  if (extension !== '.ts' && extension !== '.js') return undefined
  return (isEsModule(bytes.toString('utf8')) ? 'module' : 'commonjs') + (extension === '.ts' ? '-typescript' : '')
}

function isSame(source: LoadFnOutput['source'], bytes: Buffer): boolean {
  if (source === undefined || source === null) return false
  if (typeof source === 'string') return source === bytes.toString('utf8')
  const view = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source)
  return bytes.equals(view)
}
