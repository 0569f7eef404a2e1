// `npm run cel-spec`: the conformance tests of CEL itself (package @bufbuild/cel-spec) against src/cel, section by section.
// Sections of extension libraries and of protobuf messages are counted apart: this CEL has neither, as KrakenD's has not.

import { tests } from '@bufbuild/cel-spec/testdata/conformance.js'
import { check } from '../src/cel/checker.ts'
import { Compiler } from '../src/cel/compile.ts'
import { Frame } from '../src/cel/frame.ts'
import { CelError, celTypes, ExpressionError } from '../src/cel/index.ts'
import type { Type, Value } from '../src/cel/index.ts'
import { MapValue } from '../src/cel/map-value.ts'
import { parse } from '../src/cel/parser.ts'
import { Duration, Timestamp } from '../src/cel/time.ts'
import { CelMap, TypeValue, Uint } from '../src/cel/values.ts'

interface Test {
  readonly name: string
  readonly expr: string
  readonly bindings?: Readonly<Record<string, { readonly value?: Json }>>
  readonly typeEnv?: readonly { readonly name: string; readonly ident?: { readonly type: Json }; readonly function?: unknown }[]
  readonly value?: Json
  readonly typedResult?: { readonly result?: Json; readonly deducedType?: Json }
  readonly evalError?: unknown
  readonly disableCheck?: boolean
  readonly container?: string
}

interface Suite {
  readonly name: string
  readonly suites?: readonly Suite[]
  readonly tests?: readonly { readonly original: Test }[]
}

type Json = Readonly<Record<string, unknown>>

/** What neither KrakenD nor cel-go's standard environment has. */
const OUTSIDE =
  /^(bindings_ext|block_ext|encoders_ext|macros2|math_ext|network_ext|optionals|proto2|proto2_ext|proto3|string_ext|dynamic|enums|wrappers|unknowns)$/
const PRIMITIVES: Readonly<Record<string, Type>> = {
  BOOL: celTypes.BOOL,
  INT64: celTypes.INT,
  UINT64: celTypes.UINT,
  DOUBLE: celTypes.DOUBLE,
  STRING: celTypes.STRING,
  BYTES: celTypes.BYTES,
}

/** Messages of a schema, and expressions that are evaluated although the checker refuses them. */
const NEEDS_MESSAGES = /TestAllTypes|TestRequired|google\.protobuf\.(Any|FieldMask|Empty)|google\.api|cel\.expr\.conformance/

let [passed, failed, outside] = [0, 0, 0]
for (const section of (tests as unknown as Suite).suites ?? []) {
  const cases = [...allTests(section)]
  const inside = OUTSIDE.test(section.name) ? [] : cases.filter(isInside)
  const misses = inside.flatMap((test) => missOf(test) ?? [])
  const others = cases.filter((test) => !inside.includes(test))
  const rest = others.length === 0 ? '' : `, outside of its scope ${others.length}`
  console.log(`${section.name}: ${inside.length - misses.length} of ${inside.length}${rest}`)
  for (const miss of misses) console.log(`  ${miss}`)
  passed += inside.length - misses.length
  failed += misses.length
  outside += others.length
}
console.log(`${outside} outside of its scope`)
console.log(`${passed} passed, ${failed} failed`)

function isInside(test: Test): boolean {
  if (NEEDS_MESSAGES.test(JSON.stringify(test)) || /\boptional\./.test(test.expr)) return false
  if ((test.typeEnv ?? []).some((entry) => entry.function !== undefined)) return false
  return !(test.disableCheck === true && outcomeOf(test).startsWith('cannot run'))
}

function* allTests({ suites = [], tests: own = [] }: Suite): Generator<Test> {
  for (const { original } of own) yield original
  for (const suite of suites) yield* allTests(suite)
}

/** What differs; null when the test passes. */
function missOf(test: Test): string | null {
  const wanted = test.evalError === undefined ? wantedOf(test) : 'an error'
  const found = outcomeOf(test)
  const isRight = test.evalError === undefined ? found === wanted : found.startsWith('error: ')
  return isRight ? null : `${test.name}: ${test.expr.replaceAll(/\s+/g, ' ')} → ${found}, not ${wanted}`
}

/** A value, or where only the type is told, that. */
function wantedOf({ typedResult, value }: Test): string {
  const { deducedType, result } = typedResult ?? {}
  if (deducedType !== undefined && result === undefined) return celTypes.describeType(readType(deducedType))
  return show(readValue(result ?? value ?? { boolValue: true }))
}

function outcomeOf(test: Test): string {
  try {
    return evaluate(test)
  } catch (error) {
    if (error instanceof CelError) return `error: ${error.message}`
    if (error instanceof ExpressionError) return `${error.stage}: ${error.issues[0]?.message}`
    return `cannot run: ${(error as Error).message}`
  }
}

function evaluate(test: Test): string {
  const declared = (test.typeEnv ?? []).flatMap(({ name, ident }) => (ident === undefined ? [] : [[name, readType(ident.type)] as const]))
  const bindings = new Map(Object.entries(test.bindings ?? {}).map(([name, { value = {} }]) => [name, readValue(value)]))
  const undeclared = [...bindings.keys()].map((name) => [name, celTypes.DYN] as const)
  const tree = parse(test.expr)
  const checked = check(tree, new Map([...undeclared, ...declared]))
  if (checked.issues.length > 0 && test.disableCheck !== true) throw new ExpressionError('check', test.expr, checked.issues)
  const bind = (name: string): (() => Value) | null => (bindings.has(name) ? () => bindings.get(name) as Value : null)
  const { deducedType, result } = test.typedResult ?? {}
  if (deducedType !== undefined && result === undefined) return celTypes.describeType(checked.type)
  return show(new Compiler<null>(checked, bind).compile(tree)(new Frame(null)))
}

function readType(type: Json): Type {
  if (type['primitive'] !== undefined) return PRIMITIVES[type['primitive'] as string] as Type
  if (type['listType'] !== undefined) return celTypes.listOf(readType((type['listType'] as { elemType: Json }).elemType))
  const map = type['mapType'] as { keyType: Json; valueType: Json } | undefined
  if (map !== undefined) return celTypes.mapOf(readType(map.keyType), readType(map.valueType))
  const message = type['wellKnown'] ?? type['messageType']
  if (message === 'TIMESTAMP' || message === 'google.protobuf.Timestamp') return celTypes.TIMESTAMP
  if (message === 'DURATION' || message === 'google.protobuf.Duration') return celTypes.DURATION
  if (type['type'] !== undefined) return celTypes.typeOf(readType(type['type'] as Json))
  if (type['null'] !== undefined) return celTypes.NULL
  if (type['dyn'] !== undefined || type['wellKnown'] === 'ANY') return celTypes.DYN
  throw new Error(`no type ${JSON.stringify(type)}`)
}

function readValue(json: Json): Value {
  const [kind, content] = Object.entries(json)[0] ?? ['none', null]
  switch (kind) {
    case 'nullValue':
      return null
    case 'boolValue':
      return content as boolean
    case 'stringValue':
      return content as string
    case 'doubleValue':
      return Number(content)
    case 'int64Value':
      return BigInt(content as string)
    case 'uint64Value':
      return new Uint(BigInt(content as string))
    case 'bytesValue':
      return Buffer.from(content as string, 'base64')
    case 'typeValue':
      return new TypeValue(content as string)
    case 'listValue':
      return ((content as { values?: Json[] }).values ?? []).map(readValue)
    case 'mapValue': {
      const entries = (content as { entries?: { key: Json; value: Json }[] }).entries ?? []
      return MapValue.of(entries.map(({ key, value }) => [readValue(key), readValue(value)]))
    }
    case 'objectValue':
      return readObject(content as Json)
    default:
      // A value that no expression gives.
      return new TypeValue(`none ${JSON.stringify(json)}`)
  }
}

function readObject(object: Json): Value {
  if (object['@type'] === 'type.googleapis.com/google.protobuf.Timestamp') return Timestamp.parse(object['value'] as string)
  if (object['@type'] === 'type.googleapis.com/google.protobuf.Duration') return Duration.parse(object['value'] as string)
  // Any other message: a value that no expression gives.
  return new TypeValue(`message ${JSON.stringify(object)}`)
}

function show(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return `double ${Object.is(value, -0) ? '-0' : value}`
  if (value instanceof Uint) return `${value.value}u`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (value instanceof Timestamp || value instanceof Duration) return `${value.typeName} ${value.toString()}`
  if (value instanceof TypeValue) return `type ${value.name}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  if (!(value instanceof CelMap)) throw new Error('no such value')
  const entries = value.keys().map((key) => `${show(key)}: ${show(value.find(key) as Value)}`)
  return `{${entries.sort().join(', ')}}`
}
