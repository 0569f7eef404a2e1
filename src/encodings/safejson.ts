// `safejson` of a backend: any JSON value becomes an object. Knows nothing of JSON's grammar.

import { perDialect } from '../config/dialect.ts'
import type { Dialect } from '../config/types.ts'
import { decodeSafeJson } from '../engine/decode-json.ts'
import type { Decode } from '../engine/types.ts'

const QUIRKS = perDialect({ scalarKey: 'content' }, { 2: { scalarKey: 'result' } })

/** An object stays, a list gets under `collection`, anything else under `content` or what the version has there. */
export function safeJsonDecoder(dialect: Dialect): Decode {
  const { scalarKey } = QUIRKS[dialect]
  return function decodeSafe(bytes: Buffer) {
    return decodeSafeJson(bytes, scalarKey)
  }
}
