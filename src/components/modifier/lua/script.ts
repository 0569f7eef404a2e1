// Texts of a script become programs. Knows nothing of where they come from and of what they are run on.

import { bytesOfBuffer, bytesOfText } from '../../../lua/bytes.ts'
import { compile, type Chunk } from '../../../lua/compile.ts'
import { LuaSyntaxError } from '../../../lua/errors.ts'

/** A program, or why it is none: that is told when it is its turn to run, as in KrakenD. */
export type Part = Chunk | LuaSyntaxError

/** The text of a file in `sources`. */
export interface SourceText {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where the text of a file begins among all of them, in lines. */
interface SourceStart {
  readonly path: string
  readonly firstLine: number
}

export interface Script {
  /** All sources as one program; null for none, as with the others. */
  readonly sources: Part | null
  readonly pre: Part | null
  readonly post: Part | null
  /** Whether it may call what it has to wait for: it is run so that it can stand still. */
  readonly mayWait: boolean
  /** Whether it may look at a global of this name. perf: what no program names is not made. */
  readonly mayRead: (name: string) => boolean
  /** Whether it may look at a body, which has to be there by then. */
  readonly readsBody: boolean
  readonly sourceStarts: readonly SourceStart[]
}

/** How all programs are called, in messages that `pcall` catches. */
export const CHUNK_NAME = '<string>'
/** Names by which a program can run text that is not part of it. */
const LOADERS = ['require', 'dofile', 'loadfile', 'load', 'loadstring', 'module']
/** Names by which a program can get at `http_response` without naming it. */
const GLOBALS = ['_G', 'getfenv', 'package', 'debug']

export function compileScript(texts: readonly SourceText[], { pre, post }: { readonly pre: string; readonly post: string }): Script {
  const joined = texts.map(({ bytes }) => bytesOfBuffer(bytes)).join('\n')
  const sources = compilePart(joined)
  const parts = { sources, pre: compilePart(bytesOfText(pre)), post: compilePart(bytesOfText(post)) }
  const programs = Object.values(parts).filter((part): part is Chunk => part !== null && !(part instanceof Error))
  const reads = (names: readonly string[]): boolean => programs.some((program) => names.some((name) => program.readsGlobal(name)))
  const mayReadAny = reads([...LOADERS, ...GLOBALS])
  return {
    ...parts,
    mayRead: (name) => mayReadAny || reads([name]),
    mayWait: mayReadAny || reads(['http_response']),
    readsBody: reads(LOADERS) || programs.some((program) => program.mentions('body')),
    sourceStarts: findStarts(texts),
  }
}

/** Why a script is off that does not run. */
export const NO_PROGRAM = 'there is no program in "sources", "pre" and "post"'

/** Whether there is anything to do for a request. */
export function runs({ sources, pre, post }: Script, { skip_next: skips }: { readonly skip_next: boolean }): boolean {
  return skips || sources !== null || pre !== null || post !== null
}

/** Null for a text without a program. */
function compilePart(text: string): Part | null {
  if (text.trim() === '') return null
  try {
    return compile(text, CHUNK_NAME)
  } catch (error) {
    if (error instanceof LuaSyntaxError) return error
    throw error
  }
}

function findStarts(texts: readonly SourceText[]): SourceStart[] {
  let firstLine = 1
  return texts.map(({ path, bytes }) => {
    const start = { path, firstLine }
    firstLine += countLineFeeds(bytes) + 1
    return start
  })
}

function countLineFeeds(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === 0x0a) count++
  return count
}

/** A line of the sources as a file and its own line; the last file for line 0, the end of the text. */
export function locate({ sourceStarts }: Pick<Script, 'sourceStarts'>, line: number): { path: string; line: number } {
  const start = sourceStarts.findLast(({ firstLine }) => line === 0 || firstLine <= line) ?? { path: CHUNK_NAME, firstLine: 1 }
  return { path: start.path, line: line === 0 ? 0 : line - start.firstLine + 1 }
}
