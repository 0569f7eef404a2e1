// What a check may know of the files that a configuration names.

import { accessSync, constants, readFileSync, statSync } from 'node:fs'

/** Whether a file can be read; folders cannot. */
export function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return !statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** The bytes of a regular file; null for any other: what a pipe gives, the gateway would not get any more. */
export function contentOf(path: string): Buffer | null {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null
  } catch {
    return null
  }
}
