// The calls of backends, written by the layers that write them for a request, with nobody behind. What only a real request has stays a placeholder.

import type { BackendConfig } from '../config/types.ts'
import { sizedBodyOf } from '../engine/body.ts'
import type { NamedLayer } from '../engine/compile/layers.ts'
import { GatewayError } from '../engine/errors.ts'
import { HeaderMap } from '../engine/headers.ts'
import { Scope } from '../engine/scope.ts'
import { parseHost } from '../engine/steps/balancer.ts'
import { placeholdersOf } from '../engine/steps/request-builder.ts'
import type { BackendRequest, Layer, Params, Pipe, PipeRequest, PipeResponse, Sender } from '../engine/types.ts'
import { writtenPattern } from './list-routes.ts'
import { OFFLINE, type Stacks } from './list-stacks.ts'
import { standInFor, withPlaceholders } from './stand-ins.ts'

export interface ExplainedCall {
  readonly method: string
  /** One for each host, without user and password. */
  readonly urls: readonly string[]
  /** The component that answers in the place of an HTTP server; null without one. */
  readonly answeredBy: string | null
  /** Why there is no call: `400: the value of {input_query_strings.q} is missing`. */
  readonly refusal: string | null
}

const PLACEHOLDER = /^\{[^{}]+\}$/
/** Nobody says what the client sends: an object, which is what bodies are looked at for. */
const SOME_BODY = sizedBodyOf(Buffer.from('{}'))
const NO_ANSWER: PipeResponse = { data: null, isComplete: true, error: null, statusCode: 0, headers: null, body: null }

/** Any request of a method: every value in its calls is a placeholder. */
export function anyRequest(method: string): PipeRequest {
  return { method, origin: '', path: '/', params: new Map(), query: new Map(), headers: new HeaderMap(), body: SOME_BODY }
}

/** `scope` has the client's request (`clientExchange`) where there is one. */
export async function explainCall(
  backend: BackendConfig,
  { layersAt, problem }: Stacks,
  request: PipeRequest,
  scope: Scope = Scope.root(),
): Promise<ExplainedCall> {
  const index = Number(backend.at.at(-1))
  const none = { method: backend.method, urls: [], answeredBy: null, refusal: null }
  if (problem !== null) return { ...none, refusal: `the gateway does not start: ${problem}` }
  // layers of the one stage wrap pipes, of the other senders
  const layers = layersAt('backend', index) as unknown as readonly NamedLayer<Pipe>[] | undefined
  const senders = layersAt('executor', index) as unknown as readonly NamedLayer<Sender>[] | undefined
  if (layers === undefined || senders === undefined) return { ...none, refusal: 'the gateway does not serve this endpoint' }
  const answering = layers.find(({ answers }) => answers)
  if (answering !== undefined) return { ...none, answeredBy: answering.name }
  const params = withStandIns(request.params, backend)
  const writing = layers.filter(({ writesCall }) => writesCall).map(({ layer }) => layer)
  const written: PipeRequest[] = []
  const calls: BackendRequest[] = []
  const origins = backend.hosts.map((host) => parseHost(host).origin)
  // a host that was tried is not chosen again
  const tried = new Set<string>()
  try {
    for (let turn = 0; turn < Math.max(1, backend.hosts.length); turn++)
      written.push(await passThrough(writing, { ...request, params, body: SOME_BODY, tried }, scope))
    written.sort((a, b) => origins.indexOf(a.origin) - origins.indexOf(b.origin))
    for (const one of written) {
      const sent = await send(senders, one, scope)
      if (typeof sent === 'string') return { ...none, answeredBy: sent }
      calls.push(sent)
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { ...none, refusal: withPlaceholders(`${error.statusCode}: ${error.message}`) }
  }
  const urls = calls.map(({ origin, path }) => withPlaceholders(origin + path))
  return { ...none, method: calls[0]?.method ?? backend.method, urls: [...new Set(urls)] }
}

/** What layers make of a request, the first of the list being the outermost. Rejects with what one of them throws. */
export async function passThrough(layers: readonly (Layer<Pipe> | null)[], request: PipeRequest, scope: Scope): Promise<PipeRequest> {
  let passed = request
  const keep: Pipe = (inner) => {
    passed = inner
    return Promise.resolve(NO_ANSWER)
  }
  await layers.reduceRight<Pipe>((next, layer) => layer?.(next) ?? next, keep)(request, scope)
  return passed
}

/** What goes to the HTTP client, or the name of the layer that answers itself. */
async function send(layers: readonly NamedLayer<Sender>[], request: PipeRequest, scope: Scope): Promise<BackendRequest | string> {
  const { method, origin, path, headers, body } = request
  let call: BackendRequest = { method, origin, path, headers, body, wantsStream: false }
  for (const { name, layer, writesCall } of layers) {
    if (!writesCall) continue
    let sent: BackendRequest | null = null
    // what layers do with answers is not run
    const keep: Sender = (inner) => {
      sent = inner
      return Promise.reject(OFFLINE)
    }
    await layer(keep)(call, scope).catch((error: unknown) => {
      if (error !== OFFLINE) throw error
    })
    if (sent === null) return name
    call = sent
  }
  return call
}

/** Parameters that were asked for by their placeholder, and what earlier steps will say. */
function withStandIns(params: Params, { urlPattern }: BackendConfig): Params {
  const known = [...params].map(([name, value]): [string, string] => [name, PLACEHOLDER.test(value) ? standInFor(value) : value])
  const unknown = placeholdersOf(urlPattern).map((name): [string, string] => [name, standInFor(writtenPattern(`{{.${name}}}`))])
  return new Map([...unknown, ...known])
}
