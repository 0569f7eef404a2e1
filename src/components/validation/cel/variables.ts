// What the variables of expressions are read from, in each phase.

import type { Bind, Value } from '../../../cel/index.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { compilePath } from '../../../engine/steps/request-builder.ts'
import type { ClaimsContext, RequestContext, ResponseContext } from './contexts.ts'
import { HeaderFieldsMap } from './maps.ts'

type Readers<C> = Readonly<Record<string, (context: C) => Value>>

function bindTo<C>(readers: Readers<C>): Bind<C> {
  return (name) => (Object.hasOwn(readers, name) ? (readers[name] as (context: C) => Value) : null)
}

export function bindRequest({ backend }: Site): Bind<RequestContext> {
  // What the backend gets is encoded already, with the query; expressions see the pattern as it was filled.
  const pathOf = backend === null ? null : compilePath(backend.urlPattern)
  return bindTo<RequestContext>({
    now: (context) => context.now,
    req_method: ({ request }) => request.method,
    req_path: ({ request }) => (pathOf === null ? request.path : pathOf(request.params)),
    req_params: ({ params }) => params,
    req_headers: ({ headers }) => headers,
    req_querystring: ({ query }) => query,
  })
}

const NO_FIELDS = new HeaderFieldsMap(new HeaderMap())

/** Only what goes through undecoded has status and headers, and the details of a failed backend its status; else they are 0 and empty. */
export const bindResponse: Bind<ResponseContext> = bindTo<ResponseContext>({
  now: (context) => context.now,
  resp_completed: ({ response }) => response.isComplete,
  resp_metadata_status: ({ response }) => BigInt(response.statusCode),
  resp_metadata_headers: ({ headers }) => headers ?? NO_FIELDS,
  resp_data: ({ data }) => data,
})

export const bindClaims: Bind<ClaimsContext> = bindTo<ClaimsContext>({
  now: (context) => context.now,
  JWT: ({ claims }) => claims,
})
