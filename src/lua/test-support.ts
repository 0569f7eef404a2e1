// For tests of the language: runs a program and gives what it printed and how it ended.

import { bytesOfText, textOfBytes } from './bytes.ts'
import { compile } from './compile.ts'
import { LuaError, LuaStop, LuaSyntaxError } from './errors.ts'
import type { Host } from './host.ts'
import { LuaState } from './state.ts'
import type { StateOptions } from './state.ts'

export interface Ran {
  readonly out: string[]
  /** Text of the error; `stop: …` where the script was stopped; null without. */
  readonly error: string | null
}

export function run(source: string, options: StateOptions = {}): Ran {
  const out: string[] = []
  const host: Host = {
    write: (text) => void out.push(textOfBytes(text.replace(/\n$/, ''))),
    getEnvironment: () => undefined,
    now: () => 1_700_000_000_500,
    ...options.host,
  }
  try {
    new LuaState({ openLibs: true, ...options, host }).run(compile(bytesOfText(source)))
    return { out, error: null }
  } catch (error) {
    if (error instanceof LuaStop) return { out, error: `stop: ${error.reason}` }
    if (error instanceof LuaError || error instanceof LuaSyntaxError) return { out, error: textOfBytes(error.message) }
    throw error
  }
}

/** What a program printed, joined; the error after it. */
export function output(source: string, options: StateOptions = {}): string {
  const { out, error } = run(source, options)
  return [...out, ...(error === null ? [] : [`error: ${error}`])].join('\n').replaceAll(/0x[0-9a-f]{6,}/g, 'ADDR')
}

/** A budget of milliseconds. */
export function within(ms: number): { isOver: () => boolean } {
  const end = performance.now() + ms
  return { isOver: () => performance.now() > end }
}
