// Which files of a folder are modules of plugins, by their names alone. Reads no disk.

const MODULE = /\.[mc]?[jt]s$/
const DECLARATION = /\.d\.[mc]?ts$/
const TEST = /\.(?:test|spec)\./
const GO_LIBRARY = /\.so$/

/** Whether a file of that name is a module; helpers (`_x.ts`), tests and declarations are none. */
export function isModuleName(name: string): boolean {
  return MODULE.test(name) && !isHidden(name) && !DECLARATION.test(name) && !TEST.test(name)
}

/** Names that are never looked into, folders among them. */
export function isHidden(name: string): boolean {
  return /^[._]/.test(name) || name === 'node_modules'
}

/** Whether a file holds code that Node.js runs, helpers among them. */
export function isScript(name: string): boolean {
  return MODULE.test(name) && !DECLARATION.test(name)
}

export function isGoLibrary(name: string): boolean {
  return GO_LIBRARY.test(name) && !isHidden(name)
}

/** `price` of `price.ts` and of `price.so`. */
export function baseNameOf(name: string): string {
  return name.replace(MODULE, '').replace(GO_LIBRARY, '')
}

/** compat: KrakenD takes whatever contains the text. Files that ran there say `.so`, so each module also counts under that ending. */
export function matchesPattern(name: string, pattern: string): boolean {
  return name.includes(pattern) || name.replace(MODULE, '.so').includes(pattern)
}

/** `index` files of a folder that is a module, in the order in which they are looked for. */
export const INDEX_FILES: readonly string[] = ['index.ts', 'index.mts', 'index.cts', 'index.js', 'index.mjs', 'index.cjs']

export function extensionOf(name: string): string {
  return MODULE.exec(name)?.[0] ?? ''
}
