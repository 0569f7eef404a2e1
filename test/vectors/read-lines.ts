// Reads a file of test vectors: one JSON value a line.

import { readFileSync } from 'node:fs'

export function readLines<T>(name: string): T[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}
