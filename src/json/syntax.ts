// Why a text is no JSON, in the words of Go's json.Unmarshal, to which a text is one value and nothing else.

import { JsonError, unexpectedByte } from './errors.ts'
import { scanJson, skipSpace } from './scan.ts'

/** Null for JSON. */
export function findSyntaxError(bytes: Uint8Array): JsonError | null {
  const { length } = bytes
  try {
    const rest = skipSpace(bytes, length, scanJson(bytes).end)
    return rest < length ? unexpectedByte(bytes[rest] as number, 'after top-level value', rest) : null
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return error.context === null ? endingTooEarly(bytes) : error
  }
}

/** compat: Go reads a blank behind the end, which it then finds within a word, a number or an escape. */
function endingTooEarly(bytes: Uint8Array): JsonError {
  const { length } = bytes
  try {
    scanJson(Buffer.concat([bytes, Buffer.from(' ')]))
  } catch (error) {
    if (error instanceof JsonError && error.context !== null) return error
  }
  return new JsonError('unexpected end of JSON input', length)
}
