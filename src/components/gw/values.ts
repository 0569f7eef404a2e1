// What placeholders of calls name: data of earlier steps, the client's request, claims, the element of a loop. Knows no place that values land in.

import type { BackendConfig, EndpointConfig } from '../../config/types.ts'
import { quirksOf, type Dialect } from '../../config/dialect.ts'
import { BODY_TOO_LARGE, GatewayError } from '../../engine/errors.ts'
import { canonicalName, type ReadonlyHeaders } from '../../engine/headers.ts'
import { mergeStrategyOf, proxyOptions, splitShadows } from '../../engine/pipe/proxy-block.ts'
import { clientExchange, requestId, verifiedClaims } from '../../engine/ports.ts'
import { understoodRouteOf } from '../../engine/routing/patterns/route-options.ts'
import type { Scope } from '../../engine/scope.ts'
import type { StepAnswer } from '../../engine/step-answers.ts'
import type { Exchange, PipeRequest } from '../../engine/types.ts'
import { decodeText, textOfBytes } from '../../go/text.ts'
import { parseQuery } from '../../go/url.ts'
import { JsonError } from '../../json/errors.ts'
import { parseJson } from '../../json/read.ts'
import { valueAt } from '../../json/path.ts'
import { getKey, type JsonValue } from '../../json/types.ts'
import { paramName } from '../../go/param-name.ts'

/** The call that values are for. */
export interface Subject {
  readonly request: Pick<PipeRequest, 'params' | 'steps' | 'item'>
  readonly scope: Scope
  /** Null where no client asks. */
  readonly exchange: Exchange | null
  /** The client's body, where something needs it. */
  readonly body: ClientBody | null
}

interface ClientBody {
  readonly text: string
  /** Undefined when it is no JSON. */
  readonly json: JsonValue | undefined
}

/** Where the value of a name is from. */
export interface Source {
  /** Whether it is the client who should have sent it; the element of a loop is whose the list is. */
  readonly isClients: boolean | 'item'
  readonly needsBody: boolean
  /** Whether method, target, header fields and address of the client's request say it, and nothing that comes later. */
  readonly isInHead: boolean
  /** A parameter's value: what of it is written as it is. */
  readonly keeps: 'slashes' | 'all' | null
  readonly find: (subject: Subject) => JsonValue | undefined
  /** All values, as a list; the first alone is what `find` gives. */
  readonly list?: (subject: Subject) => JsonValue | undefined
}

/** What names mean something at one backend. */
export interface Names {
  /** Parameters of the endpoint; null where nobody knows them. */
  readonly params: ReadonlyMap<string, Source['keeps']> | null
  /** How many steps come before, each with its encoding; null outside of a sequence. */
  readonly steps: readonly string[] | null
  readonly hasItem: boolean
  /** Where calls are explained: what stands for values that nobody has yet, by their placeholders. */
  readonly standIn?: ((placeholder: string) => string) | null
}

/** Of values that the head of a request does not say. */
const LATER = { needsBody: false, isInHead: false, keeps: null } as const
/** security: what a client may make us keep and read. */
export const MAX_READ_BODY_BYTES = 1024 * 1024
const STEP = /^resp(\d{1,4})(?:_(.+)|\.(status|headers\.(.+)))?$/
const REQUEST_PART = /^(input_headers|input_query_strings|JWT)\.(.+)$/

/** What may be named at a backend. `endpoint` null: where there is none, parameters are not known. */
export function namesAt(endpoint: EndpointConfig | null, backend: BackendConfig, dialect: Dialect): Names {
  const hasItem = backend.extraConfig.has('_gw/for-each')
  if (endpoint === null) return { params: null, steps: null, hasItem }
  const owner = splitShadows(endpoint.backends).regular.find((one) => isWithin(one, backend))
  return {
    params: paramsOf(endpoint),
    steps: earlierSteps(endpoint, backend, dialect)?.map(({ encoding }) => encoding) ?? null,
    hasItem: hasItem || owner?.extraConfig.has('_gw/for-each') === true,
  }
}

/** The steps before a backend, or before the one that it stands in for; null outside of a sequence. */
export function earlierSteps(endpoint: EndpointConfig, backend: BackendConfig, dialect: Dialect): BackendConfig[] | null {
  const { regular } = splitShadows(endpoint.backends)
  const index = regular.findIndex((one) => isWithin(one, backend))
  const isSequence = regular.length > 1 && mergeStrategyOf(proxyOptions(endpoint), quirksOf(dialect)) === 'sequential'
  return isSequence && index >= 0 ? regular.slice(0, index) : null
}

/** Whether a backend is another one, or stands inside of it. */
function isWithin({ at }: BackendConfig, backend: BackendConfig): boolean {
  return at.every((part, depth) => backend.at[depth] === part)
}

function paramsOf(endpoint: EndpointConfig): Map<string, Source['keeps']> {
  const own = understoodRouteOf(endpoint) ?? null
  if (own === null) return new Map([...endpoint.writtenPath.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => [name, null]))
  const { names, hasRest } = own.pattern
  const hosts = own.hosts.flatMap((host) => (host.kind === 'label' ? [host.name] : []))
  const keepsOf = (index: number): Source['keeps'] => (own.isRaw ? 'all' : hasRest && index === names.length - 1 ? 'slashes' : null)
  return new Map([...hosts.map((name) => [name, null] as const), ...names.map((name, index) => [name, keepsOf(index)] as const)])
}

/** Where the value behind a name is from, or what is wrong with the name. */
export function sourceOf(name: string, names: Names): Source | string {
  const keeps = names.params?.get(name)
  if (keeps !== undefined) return paramSource(name, keeps)
  if (name === 'body' || name.startsWith('body.')) return bodySource(name.slice('body.'.length))
  if (name === 'item' || name === 'index' || name.startsWith('item.')) {
    return names.hasItem ? itemSource(name) : `{${name}} needs "_gw/for-each" at the same backend`
  }
  if (STEP.test(name)) return stepSource(name, names.steps)
  if (name === 'client_ip') return requestSource(({ clientIp }) => clientIp)
  if (name === 'request_id') return { ...LATER, isClients: false, find: ({ scope }) => requestId.get(scope) }
  const [, kind, rest = ''] = REQUEST_PART.exec(name) ?? []
  if (kind === 'JWT') return claimSource(rest)
  if (kind === 'input_headers') {
    const header = canonicalName(rest)
    return requestSource(({ headers, host }) => (header === 'Host' ? host : textOfField(headers, header)))
  }
  if (kind === 'input_query_strings') {
    const all = (exchange: Exchange): readonly string[] | undefined => parseQuery(exchange.rawQuery).get(rest)
    return {
      ...requestSource((exchange) => all(exchange)?.[0]),
      list: ({ exchange }) => (exchange === null ? undefined : splitOne(all(exchange))),
    }
  }
  return names.params === null ? paramSource(name, null) : `nothing is called {${name}} here`
}

/** Reads what values of these sources need: a promise only where that is the body. Rejects with 413 for a body that is too large. */
export function compileSubject(sources: readonly Source[]): (request: PipeRequest, scope: Scope) => Subject | Promise<Subject> {
  const subjectOf = (request: PipeRequest, scope: Scope, body: ClientBody | null): Subject => {
    return { request, scope, exchange: clientExchange.get(scope) ?? null, body }
  }
  return sources.some((source) => source.needsBody)
    ? async (request, scope) => subjectOf(request, scope, await readBody(request))
    : (request, scope) => subjectOf(request, scope, null)
}

async function readBody({ body }: PipeRequest): Promise<ClientBody> {
  const bytes = await body.bytes(MAX_READ_BODY_BYTES)
  if (bytes.length > MAX_READ_BODY_BYTES) throw BODY_TOO_LARGE
  return { text: decodeText(bytes), json: jsonOf(bytes) }
}

function jsonOf(bytes: Buffer): JsonValue | undefined {
  try {
    return parseJson(bytes)
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}

/** Why a call cannot be made: whoever should have given the value is told so. */
export function missingValue(name: string, { isClients }: Source, { request }: Subject, why = 'is missing'): GatewayError {
  const isTheirs = isClients === 'item' ? request.item?.isClients === true : isClients
  return callError(`the value of {${name}} ${why}`, isTheirs)
}

/** The fault of the client, or of an earlier step. */
export function callError(message: string, isClients: boolean): GatewayError {
  if (isClients) return new GatewayError(message, { code: 'ERR_BAD_REQUEST', statusCode: 400, source: 'client' })
  return new GatewayError(message, { code: 'ERR_STEP', source: 'backend' })
}

function paramSource(name: string, keeps: Source['keeps']): Source {
  const key = paramName(name)
  const find = ({ request: { params } }: Subject): string | undefined => params.get(key)
  const list = (subject: Subject): JsonValue | undefined => splitText(find(subject))
  return { isClients: true, needsBody: false, isInHead: true, keeps, find, list }
}

function bodySource(path: string): Source {
  const steps = path.split('.')
  const find = path === '' ? ({ body }: Subject) => body?.text : ({ body }: Subject) => valueAt(body?.json, steps)
  const list = path === '' ? ({ body }: Subject) => body?.json : find
  return { ...LATER, isClients: true, needsBody: true, find, list }
}

function itemSource(name: string): Source {
  const path = name.split('.').slice(1)
  const find =
    name === 'index' ? ({ request }: Subject) => request.item?.index : ({ request }: Subject) => valueAt(request.item?.value, path)
  return { ...LATER, isClients: 'item', find }
}

function requestSource(read: (exchange: Exchange) => JsonValue | undefined): Source {
  const find = ({ exchange }: Subject): JsonValue | undefined => (exchange === null ? undefined : read(exchange))
  return { isClients: true, needsBody: false, isInHead: true, keeps: null, find }
}

/** A claim by its whole name, dots and all, or a member of one. */
function claimSource(name: string): Source {
  const path = name.split('.')
  return {
    ...LATER,
    isClients: true,
    find({ scope }) {
      const claims = (verifiedClaims.get(scope) ?? {}) as Readonly<Record<string, JsonValue>>
      return getKey(claims, name) ?? valueAt(claims, path)
    },
  }
}

function stepSource(name: string, steps: Names['steps']): Source | string {
  const [, digits, data, answer, header = ''] = STEP.exec(name) ?? []
  const index = Number(digits)
  if (steps === null) return `{${name}} needs "sequential": true in "proxy", and an earlier backend`
  if (index >= steps.length)
    return `{${name}} is no earlier step: ${steps.length === 0 ? 'this is the first one' : `there are 0 to ${steps.length - 1}`}`
  const source = (find: (step: StepAnswer) => JsonValue | undefined): Source => ({
    ...LATER,
    isClients: false,
    find: ({ request }) => {
      const step = request.steps?.[index]
      return step === undefined ? undefined : find(step)
    },
  })
  if (data !== undefined) {
    const path = data.split('.')
    return source((step) => valueAt(step.data?.object, path))
  }
  if (answer === 'status') return source(({ backend }) => backend?.statusCode)
  if (answer !== undefined) {
    const canonical = canonicalName(header)
    return source(({ backend }) => textOfField(backend?.headers, canonical))
  }
  const isText = steps[index] === 'string'
  return source(({ text, data: whole }) => text ?? (isText ? getKey(whole?.object ?? {}, 'content') : undefined) ?? whole?.object)
}

function textOfField(headers: ReadonlyHeaders | undefined, name: string): string | undefined {
  const value = headers?.get(name)
  return value === undefined ? undefined : textOfBytes(value)
}

/** Several values are a list, one is split. */
function splitOne(values: readonly string[] | undefined): JsonValue | undefined {
  return values === undefined || values.length > 1 ? values : splitText(values[0])
}

function splitText(text: string | undefined): JsonValue | undefined {
  return text === undefined || text === '' ? undefined : text.split(',')
}
