// `safejson` of a backend: any JSON value becomes an object. Knows nothing of JSON's grammar.

import type { Dialect } from '../config/types.ts'
import { decodeSafeJson } from '../json/decode.ts'
import type { Decode } from '../engine/types.ts'

/** An object stays, a list gets under `collection`, anything else under `content` (KrakenD 1.x: `result`). */
export function safeJsonDecoder(dialect: Dialect): Decode {
  const scalarKey = dialect === 2 ? 'result' : 'content'
  return function decodeSafe(bytes: Buffer) {
    return decodeSafeJson(bytes, scalarKey)
  }
}
