// Bytes of others become a JSON value that may be passed on, or one of Go's errors.

import { isAscii, isUtf8 } from 'node:buffer'
import { repairUtf8 } from './repair.ts'
import { hasSpecialKeys, rewriteStrings } from './rewrite.ts'
import { scanJson } from './scan.ts'
import type { JsonKind, JsonScan } from './scan.ts'
import { JsonText } from './text.ts'
import type { JsonValue } from './types.ts'

/** U+2028 and U+2029, which Go escapes. */
const LINE_SEPARATOR = Buffer.from('\u2028')
const PARAGRAPH_SEPARATOR = Buffer.from('\u2029')

/** A valid value: text where it may go on as it is, decoded where it may not. */
export interface JsonReading {
  readonly kind: JsonKind
  readonly value: JsonText | JsonValue
}

/** Any JSON value, decoded. Throws a JsonError. */
export function parseJson(bytes: Buffer): JsonValue {
  const { value } = readJson(bytes)
  return value instanceof JsonText ? value.decode() : value
}

/** The first value; what follows is ignored. Throws a JsonError with Go's text. */
export function readJson(bytes: Buffer): JsonReading {
  // perf: most bodies are ASCII, which needs no second look
  const hasOnlyAscii = isAscii(bytes)
  const valid = hasOnlyAscii || isUtf8(bytes) ? bytes : repairedJson(bytes)
  const scan = scanJson(valid)
  const isWrittenAsGoDoes = !scan.hasOddEscapes && !hasHtml(valid) && (hasOnlyAscii || !hasLineSeparators(valid))
  return isWrittenAsGoDoes ? toReading(JsonText.ofScan(valid, scan), scan) : readRewritten(valid, scan)
}

/** compat: an error names the byte as it came. */
function repairedJson(bytes: Buffer): Buffer {
  scanJson(bytes)
  return repairUtf8(bytes)
}

/** Whether there is something that Go escapes because JSON may stand in HTML. perf: three searches cost less than a look at each byte. */
function hasHtml(bytes: Buffer): boolean {
  return bytes.includes(0x26) || bytes.includes(0x3c) || bytes.includes(0x3e)
}

function hasLineSeparators(bytes: Buffer): boolean {
  return bytes.includes(LINE_SEPARATOR) || bytes.includes(PARAGRAPH_SEPARATOR)
}

function readRewritten(valid: Buffer, scan: JsonScan): JsonReading {
  const text = valid.toString('latin1', scan.start, scan.end)
  const rewritten = Buffer.from(rewriteStrings(text), 'latin1')
  const again = scan.mayHaveDuplicates || hasSpecialKeys(text) ? scanJson(rewritten) : scan
  return toReading(JsonText.ofBytes(rewritten, !scan.hasInexactNumbers), again)
}

function toReading(text: JsonText, scan: JsonScan): JsonReading {
  return { kind: scan.kind, value: scan.mayHaveDuplicates ? text.decodeUnchecked() : text }
}
