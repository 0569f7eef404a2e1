// How the log tells of what a plugin threw: name, message and where it was thrown, in the plugin's own file.

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asError, splitStack } from '../engine/errors.ts'

/** The gateway's own sources: what is thrown there is somebody's wrong call. */
const OWN_FILES = new URL('../', import.meta.url).href
/** `at f (file:///p/a.ts:12:9)`, `at file:///p/a.ts:12:9`, `at f (/p/a.cjs:12:9)`. */
const PLACE = /(?:^|[\s(])((?:file:\/\/)?\/[^()]*?|(?:file:\/\/\/)?[A-Za-z]:[\\/][^()]*?)(?:\?[^:()]*)?:(\d+):(\d+)\)?$/

export interface ToldError {
  /** `TypeError: x is undefined (plugins/price.ts:12:9)`. */
  readonly text: string
  /** Lines of its stack; empty without one. */
  readonly frames: readonly string[]
}

/** Paths are relative to the working directory. */
export function describePluginError(thrown: unknown): ToldError {
  const error = asError(thrown)
  // What is no Error knows no place.
  const [, frames] = error === thrown ? splitStack(error.stack ?? '', error.message) : ['', []]
  const place = frames.map(placeOf).find((found) => found !== null) ?? null
  return { text: `${error.name}: ${error.message}${place === null ? '' : ` (${place})`}`, frames }
}

function placeOf(frame: string): string | null {
  const match = PLACE.exec(frame)
  if (match === null) return null
  const [, file = '', line, column] = match
  if (file.startsWith(OWN_FILES)) return null
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  return `${relative('', path)}:${line}:${column}`
}
