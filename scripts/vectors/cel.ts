// Recorded expressions of cel-go: result, static type, and at which stage what fails.

import { CelError, celTypes, ExpressionError, readExpression } from '../../src/cel/index.ts'
import type { Type, Value } from '../../src/cel/index.ts'
import { MapValue } from '../../src/cel/map-value.ts'
import { Duration, Timestamp } from '../../src/cel/time.ts'
import { CelMap, TypeValue, Uint } from '../../src/cel/values.ts'
import type { VectorResult } from '../vectors.ts'

interface Case {
  readonly id: string
  readonly group: string
  readonly expr: string
  readonly decls?: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, unknown>>
  readonly type?: string
  readonly stage?: string
  readonly type_error: string | null
  readonly value: unknown
  readonly error: string | null
}

interface Outcome {
  readonly stage: string
  readonly type: string
  readonly value: string
  readonly text: string
}

const { BOOL, DYN, INT, STRING, listOf, mapOf } = celTypes
const HEADERS = mapOf(STRING, listOf(STRING))
const KRAKEND: readonly (readonly [string, Type])[] = [
  ...['now', 'req_method', 'req_path'].map((name) => [name, STRING] as const),
  ['req_params', mapOf(STRING, STRING)],
  ...['req_headers', 'req_querystring', 'resp_metadata_headers'].map((name) => [name, HEADERS] as const),
  ['resp_completed', BOOL],
  ['resp_metadata_status', INT],
  ...['resp_data', 'JWT'].map((name) => [name, mapOf(STRING, DYN)] as const),
]

export function run(lines: readonly string[]): VectorResult[] {
  return lines.map((line) => {
    const recorded = JSON.parse(line) as Case
    const expected: Outcome = {
      stage: recorded.stage ?? '',
      type: recorded.type ?? '',
      value: recorded.stage === undefined ? JSON.stringify(recorded.value) : '',
      text: recorded.type_error ?? recorded.error ?? '',
    }
    const found = evaluate(recorded)
    const ok = found.stage === expected.stage && found.type === expected.type && found.value === expected.value
    const textOk = found.text === expected.text
    const note = ok && textOk ? '' : `${recorded.expr}\n  expected ${show(expected)}\n  found    ${show(found)}`
    return { id: recorded.id, group: recorded.group, ok, textOk, note }
  })
}

function show({ stage, type, value, text }: Outcome): string {
  return `${stage} ${type} ${value} ${JSON.stringify(text)}`
}

function evaluate({ expr, decls = {}, vars }: Case): Outcome {
  const declared = Object.entries(decls).map(([name, type]) => [name, readType(type)] as const)
  let type = ''
  try {
    const expression = readExpression(expr, new Map([...KRAKEND, ...declared]))
    type = expression.type
    const program = expression.compile((name) => {
      if (!Object.hasOwn(vars, name)) return null
      const value = name === 'resp_metadata_status' ? BigInt(vars[name] as number) : readValue(vars[name])
      return () => value
    })
    return { stage: '', type, value: JSON.stringify(writeValue(program(null))), text: '' }
  } catch (error) {
    if (error instanceof ExpressionError) return { stage: error.stage, type: '', value: '', text: error.message }
    if (error instanceof CelError) return { stage: 'eval', type, value: '', text: error.message }
    throw error
  }
}

function readType(text: string): Type {
  const [, name = '', inner] = /^(\w+)(?:\((.*)\))?$/.exec(text) as RegExpExecArray
  if (inner === undefined) return { ...DYN, kind: name as Type['kind'] }
  if (name === 'list') return listOf(readType(inner))
  const comma = inner.indexOf(',')
  return mapOf(readType(inner.slice(0, comma)), readType(inner.slice(comma + 1).trim()))
}

function readValue(json: unknown): Value {
  if (Array.isArray(json)) return json.map(readValue)
  if (typeof json !== 'object' || json === null) return json as Value
  const [key, text] = Object.entries(json)[0] ?? ['', '']
  switch (key) {
    case '$number':
      return text as string
    case '$int':
      return BigInt(text as string)
    case '$uint':
      return new Uint(BigInt(text as string))
    case '$bytes':
      return Buffer.from(text as string, 'base64')
    case '$timestamp':
      return Timestamp.parse(text as string)
    case '$duration':
      return Duration.parse(text as string)
    default:
      return MapValue.of(Object.entries(json).map(([name, value]) => [name, readValue(value)]))
  }
}

function writeValue(value: Value): unknown {
  if (typeof value === 'bigint') return { $int: String(value) }
  if (typeof value === 'number') return { $double: writeDouble(value) }
  if (value instanceof Uint) return { $uint: String(value.value) }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Timestamp) return { $timestamp: value.toString() }
  if (value instanceof Duration) return { $duration: writeDuration(value.nanos) }
  if (value instanceof TypeValue) return { $type: value.name }
  if (value instanceof CelMap) {
    const entries = value.keys().map((key) => [writeValue(key), writeValue(value.find(key) as Value)])
    const sorted = entries.map((entry) => [JSON.stringify(entry[0]), entry] as const).sort(([a], [b]) => (a < b ? -1 : 1))
    return { $map: sorted.map(([, entry]) => entry) }
  }
  return Array.isArray(value) ? value.map(writeValue) : value
}

function writeDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** As Go writes durations: `1h30m0s`, `500ms`. */
function writeDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s'
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  const trim = (whole: bigint, rest: bigint, digits: number, unit: string): string =>
    `${whole}${rest === 0n ? '' : `.${String(rest).padStart(digits, '0').replace(/0+$/, '')}`}${unit}`
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return sign + trim(size / 1000n, size % 1000n, 3, 'µs')
  if (size < 1_000_000_000n) return sign + trim(size / 1_000_000n, size % 1_000_000n, 6, 'ms')
  const seconds = size / 1_000_000_000n
  const text = trim(seconds % 60n, size % 1_000_000_000n, 9, 's')
  if (seconds < 60n) return sign + text
  return `${sign}${seconds < 3600n ? '' : `${seconds / 3600n}h`}${(seconds / 60n) % 60n}m${text}`
}
