// A plugin at one place, with the test on both sides of it: what stands outside asks, what stands inside is a mock.

import { Readable } from 'node:stream'
import type { Site } from '../engine/compile/component.ts'
import type { Scope } from '../engine/scope.ts'
import type { BackendRequest, BackendResponse, PipeRequest, PipeResponse } from '../engine/types.ts'
import { httpServerPlugins } from '../components/plugin/http-server/index.ts'
import type { Chain } from '../plugins/around.ts'
import { loadAt } from '../plugins/load-at.ts'
import { paramNamesOf } from '../plugins/params.ts'
import { pipePlugins } from '../plugins/pipe-plugins.ts'
import { pipeSeat } from '../plugins/pipe-seat.ts'
import { rawAnswerOf } from '../plugins/raw-answer.ts'
import type { Seat } from '../plugins/seat.ts'
import { senderSeat } from '../plugins/sender-seat.ts'
import { serverSeat } from '../plugins/server-seat.ts'
import { stackPlugins } from '../plugins/stack-plugins.ts'
import type { Kind, PluginRequest, PluginResponse } from '../plugins/types.ts'
import type { RecordedExchange } from './exchange.ts'
import { madeAnswer, type MockAnswer } from './plugin-mocks.ts'

/** Asked by the plugin's `next`. */
export type AskInside = (request: PluginRequest) => Promise<MockAnswer>

/** One request through the plugin. Rejects with what the chain's outer side would see. */
export type AskPlugin = (input: PluginInput, inside: AskInside) => Promise<PluginResponse>

/** The request in the forms that places want. */
export interface PluginInput {
  readonly exchange: RecordedExchange
  readonly pipe: PipeRequest
  readonly backend: BackendRequest
  readonly scope: Scope
}

const CONTEXT = { maxBody: 10 * 1024 * 1024 }

/** Null where `setup` says that there is nothing to do. Throws a ConfigError for a plugin that cannot be loaded. */
export async function openChain(kind: Kind, block: object, site: Site): Promise<AskPlugin | null> {
  if (kind === 'http-server') return openServer(block, site)
  const { timeoutMs } = site.config.service
  const context = { ...CONTEXT, paramNames: paramNamesOf(site.endpoint?.writtenPath ?? '') }
  if (kind === 'http-client') {
    const loaded = await loadAt(site, { kind, block, label: site.label, missingLevel: 'warning', endsAtUnknown: false })
    const seat = senderSeat(context)
    const output = (mock: MockAnswer, input: BackendRequest): BackendResponse | Promise<BackendResponse> =>
      seat.output(madeAnswer(mock), input)
    return chainOf(stackPlugins(loaded, seat, site, false), seat, ({ backend }) => backend, output, timeoutMs)
  }
  const isRaw = site.backend === null ? site.endpoint?.isNoOp === true : site.backend.encoding === 'no-op'
  const seat = pipeSeat({ context, isRaw, decode: site.backend === null ? null : site.decode() })
  const layer = await pipePlugins({ kind, block, groupsPairs: kind === 'req-resp-modifier', describe: () => '' }, site)
  return chainOf(
    layer,
    seat,
    ({ pipe }) => pipe,
    (mock, input) => pipeOutput(mock, input, seat),
    timeoutMs,
  )
}

function chainOf<I, O>(
  layer: ((inner: Chain<I, O>) => Chain<I, O>) | null,
  seat: Seat<I, O>,
  inputOf: (input: PluginInput) => I,
  output: (mock: MockAnswer, input: I) => O | Promise<O>,
  timeoutMs: number,
): AskPlugin | null {
  if (layer === null) return null
  return async (input, inside) => {
    // A mock that never answers is cut as a backend is.
    const inner: Chain<I, O> = async (asked, scope) => output(await scope.wait(inside(pluginView(seat.request(asked, scope)))), asked)
    const scope = input.scope.child(timeoutMs)
    try {
      return seat.response(await layer(inner)(inputOf(input), scope))
    } finally {
      scope.close()
    }
  }
}

/** A backend that only gives data says nothing of status and headers. */
async function pipeOutput(mock: MockAnswer, input: PipeRequest, seat: Seat<PipeRequest, PipeResponse>): Promise<PipeResponse> {
  const { error = null, ...answer } = mock
  const { fixed, ...output } = await seat.output(madeAnswer(answer), input)
  const isHeadGiven = mock.status !== undefined || mock.headers !== undefined || fixed === 'answer'
  const whole = { ...output, error, isComplete: output.isComplete && error === null }
  return isHeadGiven && fixed !== undefined ? { ...whole, fixed } : whole
}

async function openServer(block: object, site: Site): Promise<AskPlugin | null> {
  const { timeoutMs } = site.config.service
  const layer = await httpServerPlugins.build(block, site)
  if (layer === null) return null
  const seat = serverSeat({ ...CONTEXT, paramNames: new Map() }, Infinity)
  return async ({ exchange }, inside) => {
    const handle = layer(async (inner) => {
      const scope = inner.scope.child(timeoutMs)
      const mock = await scope.wait(inside(pluginView(seat.request(inner, scope)))).finally(() => scope.close())
      const { status, headers, body } = rawAnswerOf(madeAnswer(mock))
      const { fields } = headers
      for (let i = 0; i < fields.length; i += 2) inner.responseHeaders.add(fields[i] as string, fields[i + 1] as string)
      if (body instanceof Readable) await inner.answerStream(status, body)
      else inner.answer(status, body)
    })
    await handle(exchange)
    const { statusCode, responseHeaders: headers, failure, kept } = exchange
    if (failure !== null) throw failure
    return seat.response({ statusCode, headers, body: kept.bytes, settle() {} })
  }
}

/** What plugins see of a request: the types of the public API name its placeholders. */
function pluginView(request: object): PluginRequest {
  return request as PluginRequest
}
