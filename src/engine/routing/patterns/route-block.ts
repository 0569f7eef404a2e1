// The block `_gw/route` of an endpoint with its checks, and what it means for an endpoint's backends.

import type { BackendConfig, EndpointConfig } from '../../../config/types.ts'
import { block } from '../../compile/component.ts'
import { checkRoute } from './check-route.ts'
import { routeDeclaration, routeOptionsOf } from './route-options.ts'

export const routeBlock = block({ ...routeDeclaration, check: checkRoute })

/** Whether the query strings of an endpoint go on as they were sent. */
export function keepsQuery({ extraConfig }: Pick<EndpointConfig, 'extraConfig'>): boolean {
  return routeOptionsOf(extraConfig)?.query_mode === 'raw'
}

/** Whether a backend is asked with the method of the request: it names none, and its endpoint serves those of a list. */
export function takesMethod(
  { extraConfig }: Pick<EndpointConfig, 'extraConfig'>,
  { hasOwnMethod }: Pick<BackendConfig, 'hasOwnMethod'>,
): boolean {
  const given = hasOwnMethod ? null : routeOptionsOf(extraConfig)
  return given !== null && (given.methods.length > 0 || given.auto_head)
}
