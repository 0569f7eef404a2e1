// KrakenD's comparison of a Go plugin with the gateway: versions of Go, libc and modules must be the same. Here are none, so it never fits.

import { readFileSync } from 'node:fs'
import { describeFileError } from '../go/file-error.ts'

export interface GoPlugin {
  /** Path of its go.sum. */
  readonly sum: string
  readonly go: string
  readonly libc: string
}

const NOTHING = 'none: there is no Go here. Write the plugin in TypeScript or JavaScript, see docs/plugins.md'

/** Prints the differences in KrakenD's form, and gives the exit code. */
export function compareGoModules({ sum, go, libc }: GoPlugin): number {
  try {
    // compat: without the file KrakenD compares nothing
    readFileSync(sum)
  } catch (error) {
    process.stderr.write(`${describeFileError(error, sum)}\n`)
    return 1
  }
  const differences = [
    ['libc', libc],
    ['go', go],
  ] as const
  for (const [name, have] of differences) process.stderr.write(`${name}\n\thave: ${have}\n\twant: ${NOTHING}\n`)
  process.stderr.write(`${differences.length} incompatibilities found\n`)
  return 1
}
