// Component `auth/client-credentials`: gives backend requests a token of the gateway's own. Knows nothing of sockets.

import { gunzipSync } from 'node:zlib'
import type { Static } from 'typebox'
import { sizedBodyOf, wholeBody } from '../../../engine/body.ts'
import { component } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { describeFailedCall } from '../../../go/failed-call.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { compileOwnHosts } from '../../../engine/own-hosts.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../../engine/types.ts'
import { certainIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { digestOf } from '../../../json/digest-of.ts'
import { SHARED_TOKEN_BYTES, SharedToken } from './shared-token.ts'
import { readTokenAnswer } from './token-answer.ts'
import type { Token } from './token-answer.ts'
import { compileTokenRequests } from './token-request.ts'
import type { Grant, TokenRequest } from './token-request.ts'
import { TokenSource } from './token-source.ts'

const NAMESPACE = 'auth/client-credentials'
/** KrakenD waits for ever; nobody else gets a token meanwhile. */
const FETCH_TIMEOUT_MS = 30_000
const UNAUTHORIZED = 401
const MAX_TOKEN_BYTES = 1024 * 1024

const options = Type.Object({
  client_id: Type.String({ default: '', description: 'Who asks.' }),
  client_secret: Type.String({ default: '', description: 'The proof.' }),
  token_url: Type.String({ default: '', description: 'Where tokens are asked for; reached with the gateway’s `client_tls` settings.' }),
  scopes: Type.String({ default: '', description: 'Wanted scopes, separated by commas.' }),
  endpoint_params: Type.Record(Type.String(), Type.Array(Type.String()), {
    default: {},
    description: 'More fields of the token request; may replace `grant_type`.',
  }),
  is_disabled: Type.Boolean({ default: false, description: 'Switches the section off.' }),
})

const extras = Type.Object({
  drop_token_on_401: Type.Boolean({
    default: false,
    description: 'Forget the token when the backend answers 401; that answer goes to the client, the next request fetches a token.',
  }),
})

export const clientCredentials = component({
  stage: 'transport',
  namespace: NAMESPACE,
  options,
  // compat: values of a wrong type stop KrakenD's start, where other sections ignore them.
  whenWrongType: { stop: ['is_disabled', 'client_id', 'client_secret', 'token_url', 'scopes', 'endpoint_params'] },
  restricting: true,
  extras: { namespace: '_gw/client-credentials', options: extras },
  check(options) {
    if (options.is_disabled) return []
    const grant = readGrant(options)
    return grant instanceof Error
      ? [certainIssue('requests', 'invalid-option', [], `no token can be asked for: ${grant.message}: every call of the backend fails`)]
      : []
  },
  build(options, site, extra) {
    if (options.is_disabled) return null
    const source = openSource(options, site)
    if (source instanceof Error) return () => refuseAll(source)
    const isOwnHost = compileOwnHosts(site.backend?.hosts ?? [])
    return (next) => {
      const send = sendWithToken(
        extra?.drop_token_on_401 === true ? dropOn401(next, source) : (request, scope) => next(request, scope),
        source,
      )
      return function sendTokenToOwnHosts(request, scope) {
        return isOwnHost(request) ? send(request, scope) : next(withoutAuthorization(request), scope)
      }
    }
  },
})

type Options = Static<typeof options>

/** The source, or why there will never be a token. */
function openSource(options: Options, site: Site): TokenSource | Error {
  const grant = readGrant(options)
  if (grant instanceof Error) return grant
  const memory = site.shared.buffer(`client-credentials ${site.id}`, SHARED_TOKEN_BYTES)
  const shared = new SharedToken(memory, digestOf(options))
  return new TokenSource(grant.requests, (request) => fetchToken(request, grant.url, site.transport), shared, site.clock.steady)
}

function readGrant(options: Options): { requests: ReturnType<typeof compileTokenRequests>; url: URL } | Error {
  const grant: Grant = {
    clientId: options.client_id,
    clientSecret: options.client_secret,
    scopes: options.scopes,
    endpointParams: options.endpoint_params,
  }
  try {
    const requests = compileTokenRequests(grant)
    const url = new URL(options.token_url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`unsupported protocol scheme "${url.protocol.slice(0, -1)}"`)
    return { requests, url }
  } catch (error) {
    return asError(error)
  }
}

async function fetchToken(request: TokenRequest, url: URL, transport: Sender): Promise<Token> {
  const headers = new HeaderMap(['User-Agent', 'Go-http-client/1.1', 'Content-Type', 'application/x-www-form-urlencoded'])
  if (request.authorization !== null) headers.set('Authorization', request.authorization)
  headers.set('Accept-Encoding', 'gzip')
  const scope = Scope.root().child(FETCH_TIMEOUT_MS)
  try {
    const response = await transport(
      { method: 'POST', origin: url.origin, path: url.pathname + url.search, headers, body: sizedBodyOf(request.body), wantsStream: false },
      scope,
    )
    return readTokenAnswer({
      statusCode: response.statusCode,
      contentType: response.headers.get('Content-Type') ?? '',
      body: unpack(response),
    })
  } finally {
    scope.close()
  }
}

function unpack(response: BackendResponse): Buffer {
  const bytes = wholeBody(response.body)
  if (response.headers.get('Content-Encoding')?.toLowerCase() !== 'gzip') return bytes
  return gunzipSync(bytes, { maxOutputLength: MAX_TOKEN_BYTES })
}

type SendWith = (request: BackendRequest, scope: Scope, token: Token) => Promise<BackendResponse>

function sendWithToken(send: SendWith, source: TokenSource): Sender {
  return function addToken(request, scope) {
    const token = source.current()
    // perf: with a token at hand there is nothing to wait for.
    return token === null ? fetchThenSend(request, scope) : send(authorize(request, token), scope, token)
  }

  async function fetchThenSend(request: BackendRequest, scope: Scope): Promise<BackendResponse> {
    // The fetch goes on for those who come later; this request waits no longer than it may.
    const token = await scope.wait(source.next().catch((error: unknown) => Promise.reject(failure(request, asError(error)))))
    return send(authorize(request, token), scope, token)
  }
}

function authorize(request: BackendRequest, token: Token): BackendRequest {
  const headers = request.headers.copy()
  headers.set('Authorization', token.authorization)
  return { ...request, headers }
}

/** security: a backend may redirect to anybody; who that is gets neither the gateway's token nor the one that it stands for. */
function withoutAuthorization(request: BackendRequest): BackendRequest {
  const headers = request.headers.copy()
  headers.delete('Authorization')
  return { ...request, headers }
}

function dropOn401(next: Sender, source: TokenSource): SendWith {
  return async function sendAndLook(request, scope, token) {
    const response = await next(request, scope)
    if (response.statusCode === UNAUTHORIZED) source.drop(token)
    return response
  }
}

function refuseAll(error: Error): Sender {
  return async function refuse(request) {
    throw failure(request, error)
  }
}

/** As Go's HTTP client words the failure of a round trip. */
function failure({ method, origin, path }: BackendRequest, error: Error): GatewayError {
  return new GatewayError(describeFailedCall(method, `${origin}${path}`, error.message), {
    code: 'ERR_TOKEN',
    source: 'backend',
    cause: error,
  })
}
