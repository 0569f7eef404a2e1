// For tests of scripts: a layer around a pipe or a handler that records what reached it.

import assert from 'node:assert/strict'
import type { Site } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Body, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import type { JsonObject } from '../../../json/types.ts'
import {
  buildFor,
  makeExchange,
  makeRequest,
  makeResponse,
  makeSite,
  type ExchangeInit,
  type RecordedExchange,
  makeConfig,
} from '../../../testing/index.ts'
import { makeService } from '../../../testing/config.ts'
import { backendLua, endpointLua, proxyLua } from './index.ts'

export interface RunOptions {
  readonly site?: Partial<Site>
  readonly request?: Partial<PipeRequest>
  /** Data of the answer. */
  readonly data?: JsonObject
  readonly response?: Partial<PipeResponse>
  readonly timeoutMs?: number
  readonly stage?: 'proxy' | 'backend'
}

export interface Ran {
  /** What was called; null when nothing was. */
  readonly asked: PipeRequest | null
  readonly response: PipeResponse
}

/** Runs a lua-proxy (or lua-backend) around a pipe that answers `data`. */
export async function runPipe(block: object, options: RunOptions = {}): Promise<Ran> {
  const { stage = 'proxy', data = {}, timeoutMs = 5000 } = options
  const site = makeSite(options.site)
  const layer = buildFor(stage === 'proxy' ? proxyLua : backendLua, block, site)
  let asked: PipeRequest | null = null
  const answer = makeResponse({ data: Data.of(data), ...options.response })
  const next = (request: PipeRequest): Promise<PipeResponse> => {
    asked = request
    return Promise.resolve(answer)
  }
  const scope = Scope.root().child(timeoutMs)
  try {
    const response = await (layer ?? ((inner) => inner))(next)(makeRequest(options.request), scope)
    return { asked, response }
  } finally {
    scope.close()
  }
}

/** The error that a script ends with. */
export async function failureIn(block: object, options?: RunOptions): Promise<GatewayError> {
  try {
    await runPipe(block, options)
  } catch (error) {
    assert.ok(error instanceof GatewayError, asError(error))
    return error
  }
  return assert.fail('the script did not fail')
}

/** JSON of what a `post` script made of `data`. */
export async function postOf(post: string, data: JsonObject = {}, block: object = {}): Promise<string> {
  const { response } = await runPipe({ ...block, post }, { data })
  return String(response.data?.encoded())
}

/** Runs a lua-endpoint around a handler that answers 200. */
export async function runHandler(block: object, init: ExchangeInit = {}, body: Body | null = null): Promise<RecordedExchange> {
  const own = makeSite()
  const layer = buildFor(endpointLua, block, { ...own, config: makeConfig({ service: makeService({ timeoutMs: 500 }) }) })
  assert.ok(layer !== null)
  const exchange = makeExchange(init)
  if (body !== null) exchange.body = body
  await layer((seen) => seen.answer(200))(exchange)
  return exchange
}
