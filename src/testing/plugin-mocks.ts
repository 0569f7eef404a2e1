// What a plugin under test asks, and what it is answered: the inner side, other endpoints, other hosts. What a test does not foresee fails it.

import { Scope } from '../engine/scope.ts'
import type { Call, CallAnswer, CallRequest } from '../engine/endpoint/call.ts'
import type { BackendRequest, BackendResponse, Sender } from '../engine/types.ts'
import { parseQuery } from '../go/url.ts'
import { answerOf } from '../plugins/answers.ts'
import { paramNamesOf } from '../plugins/params.ts'
import { readRawBody } from '../plugins/body.ts'
import { rawAnswerOf } from '../plugins/raw-answer.ts'
import { senderSeat } from '../plugins/sender-seat.ts'
import type { PluginRequest, Reply } from '../plugins/types.ts'

/** As a plugin answers itself; `error` makes it a partial answer of a merge. */
export interface MockAnswer extends Reply {
  readonly error?: Error | null
}

/** Several: one for each call, in turn. An Error is thrown. */
export type Mock<A extends readonly unknown[]> = MockAnswer | Error | ((...args: A) => MockAnswer | Error | Promise<MockAnswer | Error>)
export type Mocks<A extends readonly unknown[]> = Mock<A> | readonly Mock<A>[]

export type NextMock = Mocks<[request: PluginRequest]>
/** What another endpoint was asked. */
export interface AskedEndpoint {
  readonly name: string
  readonly params: Readonly<Record<string, string>>
  readonly query: ReadonlyMap<string, readonly string[]>
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** Of `trusted`; null without. */
  readonly claims: Readonly<Record<string, unknown>> | null
}
export type CallMocks = Readonly<Record<string, Mocks<[asked: AskedEndpoint]>>>
/** By `GET http://host/path`, or by the URL alone. */
export type FetchMocks = Readonly<Record<string, Mocks<[request: PluginRequest]>>>

/** Keeps what was asked without being foreseen. */
export class Surprises {
  readonly #texts: string[] = []

  /** Throws, and is told again at the end, in case a plugin caught it. */
  note(text: string): never {
    this.#texts.push(text)
    throw new Error(text)
  }

  /** Throws when there were any. */
  check(): void {
    if (this.#texts.length > 0) throw new Error(this.#texts.join('\n'))
  }
}

/** Gives the next answer of a mock; `what` says in a surprise what was asked. */
export function compileMock<A extends readonly unknown[]>(
  mocks: Mocks<A>,
  what: string,
  surprises: Surprises,
): (...args: A) => Promise<MockAnswer> {
  let calls = 0
  return async (...args) => {
    calls++
    const mock = isList(mocks) ? mocks[calls - 1] : mocks
    if (mock === undefined) return surprises.note(`the plugin asked ${what} ${calls} times, the test has ${calls - 1} answers`)
    const answer = typeof mock === 'function' ? await mock(...args) : mock
    if (answer instanceof Error) throw answer
    return answer
  }
}

function isList<A extends readonly unknown[]>(mocks: Mocks<A>): mocks is readonly Mock<A>[] {
  return Array.isArray(mocks)
}

export function mockCall(mocks: CallMocks, asked: AskedEndpoint[], surprises: Surprises): Call {
  const compiled = compileAll(mocks, surprises)
  return async (name, request = {}) => {
    const question = describeCall(name, request)
    asked.push(question)
    const mock =
      compiled.get(name) ?? surprises.note(`the plugin called "${name}", which is not mocked: call: { ${JSON.stringify(name)}: … }`)
    return callAnswer(await mock(question))
  }
}

function compileAll<A extends readonly unknown[]>(
  mocks: Readonly<Record<string, Mocks<A>>>,
  surprises: Surprises,
): Map<string, (...args: A) => Promise<MockAnswer>> {
  return new Map(Object.entries(mocks).map(([name, mock]) => [name, compileMock(mock, `"${name}"`, surprises)]))
}

function describeCall(name: string, { params = {}, query = '', headers, body, trustedClaims }: CallRequest): AskedEndpoint {
  return {
    name,
    params,
    query: parseQuery(query),
    headers: new Map(headers === undefined ? [] : pairsOf(headers.fields)),
    body: body?.toString('utf8') ?? '',
    claims: trustedClaims ?? null,
  }
}

function pairsOf(fields: readonly string[]): (readonly [string, string])[] {
  return fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] as string] as const] : []))
}

async function callAnswer({ error, ...mock }: MockAnswer): Promise<CallAnswer> {
  const { status, headers: made, body, complete } = rawAnswerOf(madeAnswer(mock))
  const headers = made.copy()
  headers.set('X-Krakend-Completed', String(complete && !error))
  return { statusCode: status, headers, body: await readRawBody(body, Infinity), failure: error ?? null, isCut: false }
}

export function madeAnswer(mock: MockAnswer): NonNullable<ReturnType<typeof answerOf>> {
  const { error: _error, ...reply } = mock
  return answerOf(reply, 'mock') as NonNullable<ReturnType<typeof answerOf>>
}

export function mockFetch(mocks: FetchMocks, asked: PluginRequest[], surprises: Surprises): Sender {
  const compiled = compileAll(mocks, surprises)
  const seat = senderSeat({ maxBody: Infinity, paramNames: paramNamesOf('') })
  return async (request: BackendRequest): Promise<BackendResponse> => {
    const url = request.origin + request.path
    const question: PluginRequest = seat.request(request, Scope.root()) as object as PluginRequest
    asked.push(question)
    const name = `${request.method} ${url}`
    const mock =
      compiled.get(name) ??
      compiled.get(url) ??
      surprises.note(`the plugin fetched "${name}", which is not mocked: fetch: { "${name}": … }`)
    return seat.output(madeAnswer(await mock(question)), request)
  }
}
