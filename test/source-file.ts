// Reads one source file for the architecture test: its code without comments and texts, and what it imports.

import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'

export interface Import {
  /** `src/engine/scope.ts` for a file of the project, else as written: `node:fs`, `undici`. */
  readonly target: string
  /** The names between the braces; empty for every other form. */
  readonly names: readonly string[]
  /** `import type`, `export type`: gone at run time. */
  readonly isType: boolean
  /** `import()`. */
  readonly isLazy: boolean
}

export interface SourceFile {
  readonly path: string
  readonly lines: readonly string[]
  /** The text with comments and the contents of texts removed. */
  readonly code: string
  readonly imports: readonly Import[]
}

// One alternative each: comments, texts in three kinds of quotes, and regular expressions where an expression may begin.
const COMMENTS_AND_TEXTS =
  /\/\/.*|\/\*[^]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/g
const STATEMENT = /^(?:import|export)\s+(type\s)?(?:([\w*{}\s,$]+?)\sfrom\s+)?'([^']+)'/gm
const CALL = /\bimport\(\s*'([^']+)'/g

export function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, lines: text.split('\n'), code: text.replace(COMMENTS_AND_TEXTS, emptied), imports: findImports(path, text) }
}

export function findImports(path: string, text: string): Import[] {
  const withoutComments = text.replace(COMMENTS_AND_TEXTS, (match) => (match.startsWith('//') || match.startsWith('/*') ? '' : match))
  const found: Import[] = []
  for (const [, type, clause = '', specifier] of withoutComments.matchAll(STATEMENT)) {
    const names = [...(/\{([^]*)\}/.exec(clause)?.[1] ?? '').matchAll(/\w+(?:\s+as\s+\w+)?/g)].map(([name]) => name)
    found.push({ target: resolve(path, specifier as string), names, isType: type !== undefined, isLazy: false })
  }
  for (const [, specifier] of withoutComments.matchAll(CALL)) {
    found.push({ target: resolve(path, specifier as string), names: [], isType: false, isLazy: true })
  }
  return found
}

/** The arguments of each call of one of these functions, as they stand in code without comments and texts. */
export function findCalls(code: string, called: RegExp): string[][] {
  return [...code.matchAll(new RegExp(`(?<![\\w.#])(?:${called.source})\\(`, 'g'))].map(({ 0: match, index }) => {
    const list = ['']
    for (let at = index + match.length, depth = 0; at < code.length; at++) {
      const letter = code[at] as string
      if ('([{'.includes(letter)) depth++
      else if (')]}'.includes(letter) && --depth < 0) break
      if (letter === ',' && depth === 0) list.push('')
      else list[list.length - 1] += letter
    }
    return list.map((argument) => argument.trim())
  })
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier
}

/** Template texts keep nothing either: code within them is not looked at. */
function emptied(match: string): string {
  return match.startsWith('/') ? ' ' : "''"
}
