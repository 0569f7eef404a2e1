// The file of `test-plugin -r`: a list of cases, checked before the first of them runs.

import { describeSyntaxError } from '../config/formats/json-syntax.ts'
import { asError } from '../engine/errors.ts'
import { parseJson } from '../plugins/json-values.ts'
import type { Kind } from '../plugins/loaded.ts'
import { compileOptions } from '../plugins/options/compile.ts'
import { errorIssue, type Issue, type Position } from '../schema/issue.ts'
import type { PluginTestInit, TestRequest } from './plugin.ts'
import type { MockAnswer } from './plugin-mocks.ts'
import type { PlaceInit } from './plugin-place.ts'

/** An answer in the file; `error` alone is a failure, with data it makes that incomplete. */
interface WrittenAnswer extends Omit<MockAnswer, 'error'> {
  readonly error?: string
}

/** What must come of a case: only what is named is looked at; a header that is null must not be there. */
export interface Expectation {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | null>>
  readonly data?: unknown
  readonly body?: string
  /** What the plugin asked first; null: nothing. */
  readonly asked?: AskedExpectation | null
}

export interface AskedExpectation {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | null>>
  readonly data?: unknown
  readonly body?: string
}

interface WrittenCase {
  readonly name: string
  readonly plugin?: string
  readonly kind?: Kind
  readonly options?: unknown
  readonly place?: PlaceInit
  readonly request?: TestRequest & Pick<PluginTestInit, 'params' | 'claims'>
  readonly next?: WrittenAnswer | readonly WrittenAnswer[] | null
  readonly expect: Expectation
}

export interface PluginCase {
  readonly name: string
  /** Null: the only one of the file. */
  readonly plugin: string | null
  readonly init: PluginTestInit
  readonly expect: Expectation
}

/** Of what is wrong as a whole. */
const START: Position = { line: 1, column: 1 }
const TEXT = { type: 'string' }
const OBJECT = { type: 'object' }
const PARTS = { headers: OBJECT, body: TEXT, data: true }
const EXPECTED = { ...PARTS, status: { type: 'integer' } }
const STATUS = { type: 'integer', minimum: 200, maximum: 599 }

function closed(properties: object, required: readonly string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false }
}

const ANSWER = closed({ ...PARTS, status: STATUS, complete: { type: 'boolean' }, error: TEXT })
const REQUEST = closed({ ...PARTS, method: TEXT, url: TEXT, params: OBJECT, claims: OBJECT })
const ASKED = { anyOf: [closed({ ...PARTS, method: TEXT, url: TEXT }), { type: 'null' }] }
const BACKEND = closed({ urlPattern: TEXT, hosts: { type: 'array' }, encoding: TEXT, index: { type: 'integer' } })
const PLACE = closed({
  level: { enum: ['service', 'endpoint', 'agent', 'backend'] },
  method: TEXT,
  endpoint: TEXT,
  outputEncoding: TEXT,
  timeoutMs: { type: 'number', minimum: 1 },
  backend: BACKEND,
})
const CASE = closed(
  {
    name: TEXT,
    plugin: TEXT,
    kind: { enum: ['http-server', 'http-client', 'req-resp-modifier', 'middleware'] },
    options: true,
    place: PLACE,
    request: REQUEST,
    next: { anyOf: [ANSWER, { type: 'array', items: ANSWER }, { type: 'null' }] },
    expect: closed({ ...EXPECTED, asked: ASKED }),
  },
  ['name', 'expect'],
)

export interface CasesReading {
  readonly cases: readonly PluginCase[]
  /** What is wrong with the file. With one there are no cases. */
  readonly issues: readonly Issue[]
}

/** Reads the text of a file of cases. */
export async function readCases(text: string): Promise<CasesReading> {
  let written: unknown
  try {
    written = parseJson(text)
  } catch (error) {
    const { message, hint = '', position } = describeSyntaxError(text) ?? { message: asError(error).message, position: null }
    return { cases: [], issues: [{ ...errorIssue('syntax', [], message, hint), position: position ?? START }] }
  }
  const schema = await compileOptions({ type: 'array', minItems: 1, items: CASE })
  if (typeof schema === 'string') throw new Error(schema)
  const { value, problems } = await schema.read(written)
  if (problems.length === 0) return { cases: (value as WrittenCase[]).map(caseOf), issues: [] }
  const issues = problems.map(({ path, message, hint }) => errorIssue('schema', path, message, hint))
  return { cases: [], issues: issues.map((issue) => (issue.path.length === 0 ? { ...issue, position: START } : issue)) }
}

function caseOf({ name, plugin, kind, options, place, request = {}, next, expect }: WrittenCase): PluginCase {
  const { params, claims, ...asked } = request
  const init: PluginTestInit = {
    request: asked,
    options,
    ...(kind === undefined ? null : { kind }),
    ...(place === undefined ? null : { place }),
    ...(params === undefined ? null : { params }),
    ...(claims === undefined ? null : { claims }),
    ...(next === undefined || next === null ? null : { next: Array.isArray(next) ? next.map(answerOf) : answerOf(next as WrittenAnswer) }),
  }
  return { name, plugin: plugin ?? null, init, expect }
}

function answerOf({ error, ...answer }: WrittenAnswer): MockAnswer | Error {
  if (error === undefined) return answer
  return answer.data === undefined && answer.body === undefined ? new Error(error) : { ...answer, error: new Error(error) }
}
