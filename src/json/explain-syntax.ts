// Says what is wrong with bytes that are no JSON, in the words of Go's decoder. Knows nothing of what they were meant for.

import { scanJson } from './scan.ts'

/** For bytes that some parser has refused; levels may be what it could not do. */
export function explainSyntax(bytes: Uint8Array): string {
  try {
    scanJson(bytes)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return 'invalid character after top-level value'
}
