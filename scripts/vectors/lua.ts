// Recorded Lua programs against src/lua: what they print, whether and at which line they fail; error texts are counted apart.

import { bytesOfText, textOfBytes } from '../../src/lua/bytes.ts'
import { compile } from '../../src/lua/compile.ts'
import { LuaError, LuaSyntaxError, LuaStop } from '../../src/lua/errors.ts'
import { BARE_HOST } from '../../src/lua/host.ts'
import { LuaState } from '../../src/lua/state.ts'
import type { VectorResult } from '../vectors.ts'

type Text = string | { readonly hex: string }

interface Vector {
  readonly id: string
  readonly group: string
  readonly src: string
  readonly open: boolean
  readonly out: readonly Text[]
  readonly error: Text | null
  readonly error_type?: string
  readonly upstream_bug?: boolean
}

const TIME_MS = 5000

function bytesOf(text: Text): string {
  return typeof text === 'string' ? bytesOfText(text) : Buffer.from(text.hex, 'hex').toString('latin1')
}

/** Addresses differ from run to run. */
function mask(text: string): string {
  return text.replaceAll(/(table|function|userdata|thread|channel): (0x[0-9a-f]+|ADDR)/g, '$1: ADDR')
}

interface Ran {
  readonly out: string[]
  readonly error: string | null
  readonly type: string | undefined
}

function runProgram(vector: Vector): Ran {
  const out: string[] = []
  const end = performance.now() + TIME_MS
  const host = { ...BARE_HOST, write: (text: string) => void out.push(mask(text.replace(/\n$/, ''))) }
  const budget = { isOver: () => performance.now() > end }
  try {
    new LuaState({ openLibs: vector.open, budget, host }).run(compile(bytesOfText(vector.src)))
    return { out, error: null, type: undefined }
  } catch (error) {
    if (error instanceof LuaSyntaxError) return { out, error: error.message, type: 'syntax' }
    if (error instanceof LuaError) return { out, error: mask(error.message), type: typeof error.value === 'string' ? 'run' : 'run:value' }
    if (error instanceof LuaStop) return { out, error: `stopped: ${error.message}`, type: 'stop' }
    return { out, error: String(error instanceof Error ? error.stack : error), type: 'bug' }
  }
}

function lineOf(error: string): string {
  return /^<string> (at EOF|line:\d+)|^<string>:\d+:|near line\(\d+\)/.exec(error)?.[0] ?? ''
}

function check(vector: Vector): VectorResult {
  const { id, group } = vector
  const ran = runProgram(vector)
  const out = vector.out.map((line) => mask(bytesOf(line)))
  const error = vector.error === null ? null : mask(bytesOf(vector.error))
  const isSyntax = (vector.error_type === 'syntax') === (ran.type === 'syntax')
  const isSameFailure = (error === null) === (ran.error === null) && isSyntax && lineOf(error ?? '') === lineOf(ran.error ?? '')
  const ok = JSON.stringify(out) === JSON.stringify(ran.out) && isSameFailure && ran.type !== 'bug'
  const show = (lines: readonly string[], text: string | null): string => textOfBytes(JSON.stringify([lines, text]))
  const note = ok && error === ran.error ? '' : `${vector.src}\n  want ${show(out, error)}\n  got  ${show(ran.out, ran.error)}`
  return { id, group, ok, textOk: error === ran.error, note }
}

export function run(lines: readonly string[]): VectorResult[] {
  // Where the library breaks its own language, Lua 5.1 is right, and no recording says what that would be.
  return lines
    .map((line) => JSON.parse(line) as Vector)
    .filter((vector) => vector.upstream_bug !== true)
    .map(check)
}
