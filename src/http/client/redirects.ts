// Redirects of backends, followed as Go's http.Client does.

import { madeFrom, NO_BODY, sizedBodyOf } from '../../engine/body.ts'
import { block, step } from '../../engine/compile/component.ts'
import { optionsOf } from '../../engine/compile/read-block.ts'
import type { GatewayError } from '../../engine/errors.ts'
import type { HeaderMap } from '../../engine/headers.ts'
import { compileOwnHosts } from '../../engine/own-hosts.ts'
import type { Scope } from '../../engine/scope.ts'
import { parseHost } from '../../engine/steps/balancer.ts'
import type { BackendRequest, BackendResponse, Body, Sender } from '../../engine/types.ts'
import { Type } from '../../schema/type.ts'
import { backendError } from './backend-errors.ts'

export const backendHttpClient = block({
  namespace: 'backend/http/client',
  options: Type.Object({
    send_body_on_redirect: Type.Boolean({
      default: false,
      description: '307 and 308 are followed with the body, which is buffered for it.',
    }),
  }),
})

export const redirects = step({
  stage: 'executor',
  name: 'redirects',
  build({ backend }) {
    if (backend === null) return null
    const { send_body_on_redirect: sendBodyOnRedirect } = optionsOf(backendHttpClient, backend.extraConfig)
    return (next) => followRedirects(next, { sendBodyOnRedirect, hosts: backend.hosts })
  },
})

export interface RedirectOptions {
  /** Keeps the body in memory, so that a 307 or 308 can repeat it. Without, such an answer to a request with a body is the last. */
  readonly sendBodyOnRedirect: boolean
  /** Hosts of the backend as the file has them: their user and password go to no other. */
  readonly hosts: readonly string[]
}

const MAX_REQUESTS = 10
/** A Location with a scheme. */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i
/** A redirect's own body up to this size is read, so that its connection can be kept. */
const MAX_DRAINED_BYTES = 2048
const SENSITIVE = new Set(['Authorization', 'Cookie', 'Cookie2', 'Proxy-Authenticate', 'Proxy-Authorization', 'Www-Authenticate'])

export function followRedirects(sender: Sender, options: RedirectOptions): Sender {
  const takeHostCredentials = compileHostCredentials(options.hosts)
  const sendAll = (request: BackendRequest, scope: Scope): Promise<BackendResponse> =>
    sender(request, scope).then((response) => {
      if (response.statusCode < 301 || response.statusCode > 308) return response
      return follow(sender, request, response, scope, options.sendBodyOnRedirect, takeHostCredentials)
    })
  if (!options.sendBodyOnRedirect) return sendAll
  return function sendWithKeptBody(request, scope) {
    if (request.body.length === 0) return sendAll(request, scope)
    return request.body.bytes().then((bytes) => sendAll({ ...request, body: madeFrom(request.body, sizedBodyOf(bytes)) }, scope))
  }
}

async function follow(
  sender: Sender,
  first: BackendRequest,
  firstResponse: BackendResponse,
  scope: Scope,
  keepsBody: boolean,
  takeHostCredentials: (request: BackendRequest) => void,
): Promise<BackendResponse> {
  const initialHost = new URL(first.origin).hostname
  let request = first
  let response = firstResponse
  let isStripped = false
  for (let requests = 1; ; requests++) {
    const hop = nextHop(request.method, request.body, response, keepsBody)
    if (hop === null) return response
    discard(response)
    if (requests >= MAX_REQUESTS) throw redirectError(first, hop.location, `stopped after ${MAX_REQUESTS} redirects`)
    const from = request.origin + request.path
    const url = URL.canParse(hop.location, from) ? new URL(hop.location, from) : null
    if (url === null) throw backendError(request, `failed to parse Location header ${JSON.stringify(hop.location)}`)
    // security: once another host was involved, what is meant for the first one never comes back.
    isStripped ||= !isSameOrSubdomain(url.hostname, initialHost)
    const origin = `${url.protocol}//${url.host}`
    const headers = redirectedHeaders(first.headers, isStripped, refererFor(request, url.protocol))
    const redirectedFrom = first.origin
    // compat: a Host header of its own stays as long as a redirect names no host.
    const { host, ...rest } = request
    const kept = host === undefined || ABSOLUTE.test(hop.location) ? rest : request
    request = { ...kept, method: hop.method, origin, redirectedFrom, path: url.pathname + url.search, headers, body: hop.body }
    takeHostCredentials(request)
    response = await sender(request, scope)
  }
}

/** security: user and password of a host in the file are for that backend, whatever else of the same name listens at another port. */
function compileHostCredentials(hosts: readonly string[]): (request: BackendRequest) => void {
  const isOwnHost = compileOwnHosts(hosts)
  const credentials = new Set(hosts.map((host) => parseHost(host).authorization))
  return function takeHostCredentials(request) {
    const sent = request.headers.get('Authorization')
    if (sent !== undefined && credentials.has(sent) && !isOwnHost(request)) request.headers.delete('Authorization')
  }
}

/** Where an answer leads, null when it is the last. */
function nextHop(
  method: string,
  body: Body,
  response: BackendResponse,
  keepsBody: boolean,
): { method: string; body: Body; location: string } | null {
  const { statusCode } = response
  const repeats = statusCode === 307 || statusCode === 308
  if (!repeats && statusCode !== 301 && statusCode !== 302 && statusCode !== 303) return null
  const location = response.headers.get('Location')
  if (location === undefined || location === '') return null
  if (!repeats) return { method: method === 'HEAD' ? 'HEAD' : 'GET', body: NO_BODY, location }
  if (body.length !== 0 && !keepsBody) return null
  return { method, body, location }
}

function redirectedHeaders(initial: HeaderMap, isStripped: boolean, referer: string | null): HeaderMap {
  const headers = initial.copy()
  if (isStripped) headers.deleteWhere((name) => SENSITIVE.has(name))
  if (referer !== null && !headers.has('Referer')) headers.set('Referer', referer)
  return headers
}

/** security: nothing of a secret URL goes over clear text, and no password anywhere. */
function refererFor(last: BackendRequest, protocol: string): string | null {
  if (protocol === 'http:' && last.origin.startsWith('https:')) return null
  return last.origin.replace(/\/\/[^/]*@/, '//') + last.path
}

function isSameOrSubdomain(hostname: string, initial: string): boolean {
  return hostname === initial || (hostname.endsWith(`.${initial}`) && !hostname.includes(':'))
}

function discard(response: BackendResponse): void {
  const { stream } = response
  if (stream === null) return
  stream.on('error', ignore)
  if (Number(response.headers.get('Content-Length') ?? Infinity) <= MAX_DRAINED_BYTES) stream.resume()
  else stream.destroy()
}

/** compat: Go names the Location as it was sent. */
function redirectError(first: BackendRequest, location: string, detail: string): GatewayError {
  return backendError({ ...first, origin: '', path: location }, detail)
}

function ignore(): void {}
