// A log that a test can read.

import type { Logger } from '../engine/compile/component.ts'

/** A logger that keeps its lines: `WARNING text`. */
export function makeLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const keep = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return { lines, debug: keep('DEBUG'), info: keep('INFO'), warning: keep('WARNING'), error: keep('ERROR'), critical: keep('CRITICAL') }
}
