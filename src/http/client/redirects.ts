// Redirects of backends, followed as Go's http.Client does.

import { madeFrom, NO_BODY, sizedBodyOf } from '../../engine/body.ts'
import { block, step } from '../../engine/compile/component.ts'
import { optionsOf } from '../../engine/compile/read-block.ts'
import { asError, type GatewayError } from '../../engine/errors.ts'
import type { HeaderMap, ReadonlyHeaders } from '../../engine/headers.ts'
import { compileOwnHosts } from '../../engine/own-hosts.ts'
import { perList } from '../../engine/per-list.ts'
import type { Scope } from '../../engine/scope.ts'
import { parseHost } from '../../engine/steps/balancer.ts'
import type { BackendRequest, BackendResponse, Body, Sender } from '../../engine/types.ts'
import { redirectOf } from '../../go/redirects.ts'
import { withoutUserinfo } from '../../go/url-parts.ts'
import { Type } from '../../schema/type.ts'
import { backendError } from './backend-errors.ts'
import { resolveLocation, type Address } from './location.ts'

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
/** A redirect's own body up to this size is read, so that its connection can be kept. */
const MAX_DRAINED_BYTES = 2048
const SENSITIVE = new Set(['Authorization', 'Cookie', 'Cookie2', 'Proxy-Authenticate', 'Proxy-Authorization', 'Www-Authenticate'])

export function followRedirects(sender: Sender, options: RedirectOptions): Sender {
  const hostCredentials = compileHostCredentials(options.hosts)
  const sendAll = (request: BackendRequest, scope: Scope): Promise<BackendResponse> =>
    sender(request, scope).then((response) => {
      if (redirectOf(response.statusCode) === null) return response
      return follow(sender, request, response, scope, options.sendBodyOnRedirect, hostCredentials)
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
  hostCredentials: HostCredentials,
): Promise<BackendResponse> {
  const initialHost = new URL(first.origin).hostname
  let request = first
  let response = firstResponse
  let isStripped = false
  /** User and password of the Location that led to the current host. */
  let credentials: string | null = null
  for (let requests = 1; ; requests++) {
    const hop = nextHop(first, request, response, keepsBody)
    if (hop === null) return response
    discard(response)
    if (requests >= MAX_REQUESTS) throw redirectError(first, hop.location, `stopped after ${MAX_REQUESTS} redirects`)
    const address = addressOf(hop.location, request)
    // security: once another host was involved, what is meant for the first one never comes back.
    isStripped ||= !isSameOrSubdomain(address.hostname, initialHost)
    if (address.isAbsolute) credentials = address.authorization
    const { origin, path } = address
    const headers = redirectedHeaders(first.headers, isStripped, refererFor(request, origin))
    // compat: a Host header of its own stays as long as a redirect names no host.
    const { host, ...rest } = request
    const kept = host === undefined || address.isAbsolute ? rest : request
    request = { ...kept, method: hop.method, origin, redirectedFrom: first.origin, path, headers, body: hop.body }
    hostCredentials.takeFromStrangers(request, headers)
    // Those of the client stand above them, those of the host do not.
    if (credentials !== null && hostCredentials.isOnly(headers)) headers.set('Authorization', credentials)
    response = await sender(request, scope)
  }
}

function addressOf(location: string, from: BackendRequest): Address {
  try {
    return resolveLocation(location, from)
  } catch (error) {
    throw backendError(from, asError(error).message)
  }
}

/** User and password of the hosts in the file, which the balancer wrote into requests. */
interface HostCredentials {
  /** Takes them out of a request's headers. security: they are for that backend, whatever else of the same name listens at another port. */
  takeFromStrangers(request: BackendRequest, headers: HeaderMap): void
  /** Whether a request has no others. */
  isOnly(headers: ReadonlyHeaders): boolean
}

const compileHostCredentials = perList((hosts: readonly string[]): HostCredentials => {
  const isOwnHost = compileOwnHosts(hosts)
  const credentials = new Set(hosts.map((host) => parseHost(host).authorization))
  return {
    takeFromStrangers(request, headers) {
      const sent = headers.get('Authorization')
      if (sent !== undefined && credentials.has(sent) && !isOwnHost(request)) headers.delete('Authorization')
    },
    isOnly(headers) {
      const sent = headers.get('Authorization')
      return sent === undefined || sent === '' || credentials.has(sent)
    },
  }
})

/** Where an answer leads, null when it is the last. */
function nextHop(
  first: BackendRequest,
  { method, body }: BackendRequest,
  response: BackendResponse,
  keepsBody: boolean,
): { method: string; body: Body; location: string } | null {
  const redirect = redirectOf(response.statusCode)
  if (redirect === null) return null
  const location = response.headers.get('Location')
  if (location === undefined || location === '') return null
  if (redirect === 'get') return { method: method === 'HEAD' ? 'HEAD' : 'GET', body: NO_BODY, location }
  // compat: Go looks at the first request, even when an earlier hop has left its body behind.
  if (first.body.length !== 0 && !keepsBody) return null
  return { method, body, location }
}

function redirectedHeaders(initial: ReadonlyHeaders, isStripped: boolean, referer: string | null): HeaderMap {
  const headers = initial.copy()
  if (isStripped) headers.deleteWhere((name) => SENSITIVE.has(name))
  if (referer !== null && !headers.has('Referer')) headers.set('Referer', referer)
  return headers
}

/** security: nothing of a secret URL goes over clear text, and no password anywhere. */
function refererFor(last: BackendRequest, origin: string): string | null {
  if (origin.startsWith('http:') && last.origin.startsWith('https:')) return null
  return withoutUserinfo(last.origin) + last.path
}

function isSameOrSubdomain(hostname: string, initial: string): boolean {
  return hostname === initial || (hostname.endsWith(`.${initial}`) && !hostname.includes(':'))
}

function discard(response: BackendResponse): void {
  const { body, headers } = response
  if (Buffer.isBuffer(body)) return
  body.on('error', ignore)
  if (Number(headers.get('Content-Length') ?? Infinity) <= MAX_DRAINED_BYTES) body.resume()
  else body.destroy()
}

/** compat: Go names the Location as it was sent. */
function redirectError(first: BackendRequest, location: string, detail: string): GatewayError {
  return backendError({ ...first, origin: '', path: location }, detail)
}

function ignore(): void {}
