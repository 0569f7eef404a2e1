// What turns text and files into functions: load, loadstring, loadfile, dofile.

import { readFileSync } from 'node:fs'
import { fileErrorReason } from '../go/file-error.ts'
import { bytesOfBuffer, bytesOfText, textOfBytes } from './bytes.ts'
import { checkFunction, checkString, optionalString } from './check.ts'
import type { Args } from './check.ts'
import { compile } from './compile.ts'
import { LuaSyntaxError } from './errors.ts'
import { formatNumber, textOfValue } from './number-format.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, firstOf, native } from './value.ts'
import type { Result, Suspension, Value } from './value.ts'

/** What programs must mention to be compiled so that they can be suspended, where the state itself is not. */
const SUSPENDING = 'coroutine'

/** security: compiling takes many times the length of the text, in one go that no budget interrupts. */
const MAX_SOURCE = 1024 * 1024

/**
 * A function of the text, in the environment of the thread.
 * @throws LuaSyntaxError
 */
export function loadText(thread: LuaThread, source: string, name: string): LuaFunction {
  const { machine } = thread
  if (source.length > MAX_SOURCE) {
    const reason = 'the text is too long'
    throw new LuaSyntaxError(`compile error near line(0) ${name}: ${reason}`, { line: 0, reason })
  }
  machine.take(source.length * 16)
  const chunk = compile(source, name)
  thread.spend(source.length)
  return chunk.instantiate(thread.env, machine.isSuspendable || chunk.mentions(SUSPENDING))
}

/** The function, or nil and the error. */
function tryLoad(thread: LuaThread, source: string, name: string): Result {
  try {
    return loadText(thread, source, name)
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error
    return [undefined, error.message]
  }
}

function load(thread: LuaThread, args: Args): Result {
  const reader = checkFunction(thread, args, 0)
  const name = optionalString(thread, args, 1, '?')
  const pieces: string[] = []
  for (;;) {
    const piece = firstOf(thread.call(reader, []))
    if (piece === undefined || piece === '') break
    if (typeof piece !== 'string' && typeof piece !== 'number') return [undefined, 'reader function must return a string']
    pieces.push(typeof piece === 'number' ? formatNumber(piece) : piece)
    thread.madeString(pieces.length * 16)
  }
  return tryLoad(thread, pieces.join(''), name)
}

/** Go's words for what went wrong with a file. */
export function fileErrorText(error: unknown): string {
  return bytesOfText(fileErrorReason(error))
}

/** The text of a Lua file; a first line with `#` is empty then. Gives undefined and the error where it cannot be read. */
export function readSource(name: string): { source: string } | { problem: string } {
  try {
    const source = bytesOfBuffer(readFileSync(textOfBytes(name)))
    return { source: source.startsWith('#') ? source.replace(/^[^\n]*/, '') : source }
  } catch (error) {
    return { problem: `open ${name}: ${fileErrorText(error)}` }
  }
}

function loadfile(thread: LuaThread, args: Args): Result {
  const name = checkString(thread, args, 0)
  const read = readSource(name)
  return 'source' in read ? tryLoad(thread, read.source, name) : [undefined, `can not open file: ${name}`]
}

/** The function of a file; raises what is wrong with it without a position. */
function fileFunction(thread: LuaThread, args: Args): LuaFunction {
  const [value] = args
  const name = typeof value === 'string' || typeof value === 'number' ? textOfValue(value) : ''
  const read = readSource(name)
  if ('problem' in read) return thread.raise(read.problem, 0)
  try {
    return loadText(thread, read.source, name)
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error
    return thread.raise(error.message, 0)
  }
}

export const LOAD: Readonly<Record<string, LuaFunction>> = {
  dofile: native(
    (thread, ...args) => thread.call(fileFunction(thread, args), []),
    function* (thread, ...args): Generator<Suspension, Result, Value[]> {
      return yield* thread.callSuspendable(fileFunction(thread, args), [])
    },
  ),
  load: native((thread, ...args) => load(thread, args)),
  loadfile: native((thread, ...args) => loadfile(thread, args)),
  loadstring: native((thread, ...args) => tryLoad(thread, checkString(thread, args, 0), optionalString(thread, args, 1, '<string>'))),
}
