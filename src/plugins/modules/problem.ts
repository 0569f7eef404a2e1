// What is wrong with a module of plugins, with its place in the source, ready to be shown. Knows no kind of fault.

import { readFileSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import { getSystemErrorMessage } from 'node:util'
import { excerptOf, type SourcePlace } from '../../schema/excerpt.ts'
import type { ModuleProblem } from '../loaded.ts'

interface ProblemDetails {
  readonly hint?: string
  readonly severity?: ModuleProblem['severity']
  /** The place, and the text that it is a place of. */
  readonly place?: SourcePlace | null
  readonly text?: string | null
  readonly plugins?: readonly string[]
  readonly protects?: boolean
}

/** An error unless it says else. `file` is shown as it is. */
export function problemOf(code: string, file: string, message: string, details: ProblemDetails = {}): ModuleProblem {
  const { hint = '', severity = 'error', place = null, text = null, plugins = [], protects = false } = details
  return {
    code,
    file,
    message,
    hint,
    severity,
    line: place?.line ?? null,
    column: place?.column ?? null,
    excerpt: place === null || text === null ? null : excerptOf(text, place),
    plugins,
    protects,
  }
}

/** `plugins/price.ts:3:1`, as far as it is known. */
export function placeOfProblem({ file, line, column }: ModuleProblem): string {
  return line === null ? file : `${file}:${line}:${column ?? 1}`
}

/** All there is to say: the sentence with its place, the excerpt, what to do; without a line feed at the end. */
export function textOfProblem(problem: ModuleProblem): string {
  const { message, file, excerpt, hint } = problem
  // Where the sentence begins with the file there is nothing to add.
  const text = message.startsWith(file) ? message : `${placeOfProblem(problem)}: ${message}`
  return [text, ...(excerpt === null ? [] : [excerpt]), ...(hint === '' ? [] : [`  hint: ${hint}`])].join('\n')
}

/** A path for the eye: from the working directory on, where it lies below. */
export function shownPath(path: string): string {
  const short = relative('', path)
  if (short === '') return '.'
  return short === '..' || short.startsWith(`..${sep}`) || isAbsolute(short) ? path : short
}

/** `no such file or directory`. */
export function describeSystemError(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException
  return typeof errno === 'number' ? getSystemErrorMessage(errno) : message
}

/** Null for what cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
