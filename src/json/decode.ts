// A backend's bytes become data, or one of Go's errors. Knows nothing of encodings but JSON.

import { isAscii, isUtf8 } from 'node:buffer'
import { Data } from '../engine/data.ts'
import { repairUtf8 } from './repair.ts'
import { hasSpecialKeys, rewriteStrings } from './rewrite.ts'
import { decodeError } from './errors.ts'
import { scanJson } from './scan.ts'
import type { JsonKind, JsonScan } from './scan.ts'
import { JsonText } from './text.ts'
import type { JsonObject, JsonValue } from './types.ts'

/** U+2028 and U+2029, which Go escapes. */
const LINE_SEPARATOR = Buffer.from('\u2028')
const PARAGRAPH_SEPARATOR = Buffer.from('\u2029')

/** A valid value: text where it may go on as it is, decoded where it may not. */
interface Decoded {
  readonly kind: JsonKind
  readonly value: JsonText | JsonValue
}

/** One object; null for `null`. What follows the first value is ignored. Throws a GatewayError with Go's text. */
export function decodeJsonObject(bytes: Buffer): Data | null {
  const { kind, value } = read(bytes)
  if (kind === 'object') return toData(value)
  if (kind === 'null') return null
  throw decodeError(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)
}

/** One array (or `null`) under the key `collection`. */
export function decodeJsonCollection(bytes: Buffer): Data {
  const { kind, value } = read(bytes)
  if (kind !== 'array' && kind !== 'null') throw decodeError(`json: cannot unmarshal ${kind} into Go value of type []interface {}`)
  return Data.wrapped('collection', value)
}

/** An object as it is, an array under `collection`, anything else under `scalarKey`. */
export function decodeSafeJson(bytes: Buffer, scalarKey: string): Data {
  const { kind, value } = read(bytes)
  if (kind === 'object') return toData(value)
  return Data.wrapped(kind === 'array' ? 'collection' : scalarKey, value)
}

/** Any JSON value, decoded. */
export function parseJson(bytes: Buffer): JsonValue {
  const { value } = read(bytes)
  return value instanceof JsonText ? value.decode() : value
}

function read(bytes: Buffer): Decoded {
  // perf: most bodies are ASCII, which needs no second look
  const hasOnlyAscii = isAscii(bytes)
  const valid = hasOnlyAscii || isUtf8(bytes) ? bytes : repairUtf8(bytes)
  const scan = scanJson(valid)
  const isWrittenAsGoDoes = !scan.hasOddEscapes && !hasHtml(valid) && (hasOnlyAscii || !hasLineSeparators(valid))
  return isWrittenAsGoDoes ? toDecoded(JsonText.ofScan(valid, scan), scan) : readRewritten(valid, scan)
}

/** Whether there is something that Go escapes because JSON may stand in HTML. perf: three searches cost less than a look at each byte. */
function hasHtml(bytes: Buffer): boolean {
  return bytes.includes(0x26) || bytes.includes(0x3c) || bytes.includes(0x3e)
}

function hasLineSeparators(bytes: Buffer): boolean {
  return bytes.includes(LINE_SEPARATOR) || bytes.includes(PARAGRAPH_SEPARATOR)
}

function readRewritten(valid: Buffer, scan: JsonScan): Decoded {
  const text = valid.toString('latin1', scan.start, scan.end)
  const rewritten = Buffer.from(rewriteStrings(text), 'latin1')
  const again = scan.mayHaveDuplicates || hasSpecialKeys(text) ? scanJson(rewritten) : scan
  return toDecoded(JsonText.ofBytes(rewritten, !scan.hasInexactNumbers), again)
}

function toDecoded(text: JsonText, scan: JsonScan): Decoded {
  return { kind: scan.kind, value: scan.mayHaveDuplicates ? text.decode() : text }
}

function toData(value: JsonText | JsonValue): Data {
  return value instanceof JsonText ? Data.ofJson(value) : Data.of(value as JsonObject)
}
