// Follows redirects of backends as Go's http.Client does. Costs nothing on any other answer.

import { bodyOf, NO_BODY } from '../engine/body.ts'
import { GatewayError } from '../engine/errors.ts'
import type { HeaderMap } from '../engine/headers.ts'
import type { Scope } from '../engine/scope.ts'
import type { BackendRequest, BackendResponse, Sender } from '../engine/types.ts'
import { escapePath } from '../engine/url.ts'

export interface RedirectOptions {
  /** Whether 307 and 308 repeat a body, which is kept in memory for that. */
  readonly sendBodyOnRedirect: boolean
}

/** Requests in all, the first included. */
const MAX_REQUESTS = 10
/** Never shown to a host of another name. */
const SENSITIVE = ['Authorization', 'Cookie', 'Cookie2', 'Proxy-Authorization', 'Proxy-Authenticate', 'Www-Authenticate']

export function followRedirects(next: Sender, options: RedirectOptions): Sender {
  const follow = async (first: BackendRequest, answer: BackendResponse, scope: Scope): Promise<BackendResponse> => {
    let request = first
    let response = answer
    for (let count = 1; ; count++) {
      const location = response.headers.get('Location')
      const redirected = location === undefined ? null : redirect(request, response.statusCode, location, first, options)
      if (redirected === null) return response
      response.stream?.destroy()
      if (count === MAX_REQUESTS) {
        throw new GatewayError(`${goVerb(redirected.method)} "${location}": stopped after ${MAX_REQUESTS} redirects`, {
          code: 'ERR_REDIRECTS',
          source: 'backend',
        })
      }
      request = redirected
      response = await next(request, scope)
    }
  }
  const send = (request: BackendRequest, scope: Scope): Promise<BackendResponse> =>
    next(request, scope).then((response) => (isRedirect(response.statusCode) ? follow(request, response, scope) : response))
  if (!options.sendBodyOnRedirect) return send
  return function sendWithBodyInMemory(request, scope) {
    if (request.body.length === 0) return send(request, scope)
    return request.body.bytes().then((bytes) => send({ ...request, body: bodyOf(bytes) }, scope))
  }
}

function isRedirect(status: number): boolean {
  return status >= 301 && status <= 308 && status !== 304 && status !== 305 && status !== 306
}

/** The next request, null when the answer is to be taken as it is. */
function redirect(
  last: BackendRequest,
  status: number,
  location: string,
  first: BackendRequest,
  options: RedirectOptions,
): BackendRequest | null {
  const keepsMethod = status === 307 || status === 308
  if (keepsMethod && first.body.length !== 0 && !options.sendBodyOnRedirect) return null
  const url = URL.parse(location, last.origin + last.path)
  if (url === null) throw new GatewayError(`failed to parse Location header "${location}"`, { code: 'ERR_REDIRECTS', source: 'backend' })
  const origin = `${url.protocol}//${url.host}`
  const headers = first.headers.copy()
  if (!isSameSite(first.origin, origin)) for (const name of SENSITIVE) headers.delete(name)
  setReferer(headers, last, url.protocol)
  if (!keepsMethod)
    for (const name of ['Content-Length', 'Content-Type', 'Content-Encoding', 'Content-Language', 'Content-Location']) headers.delete(name)
  const method = keepsMethod || last.method === 'HEAD' ? last.method : 'GET'
  return { ...last, method, origin, path: escapePath(url.pathname) + url.search, headers, body: keepsMethod ? first.body : NO_BODY }
}

/** The same name or one below it, on whatever port. */
function isSameSite(from: string, to: string): boolean {
  const a = URL.parse(from)?.hostname ?? ''
  const b = URL.parse(to)?.hostname ?? ''
  return a === b || (b.endsWith(`.${a}`) && !/^[\d.]+$/.test(b))
}

/** Never from https to http. */
function setReferer(headers: HeaderMap, last: BackendRequest, protocol: string): void {
  if (last.origin.startsWith('https:') && protocol === 'http:') headers.delete('Referer')
  else headers.set('Referer', last.origin + last.path)
}

function goVerb(method: string): string {
  return method.slice(0, 1) + method.slice(1).toLowerCase()
}
