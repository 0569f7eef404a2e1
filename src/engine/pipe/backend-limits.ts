// What the gateway takes of a backend at most. KrakenD knows no such limit.

import type { BackendConfig, GatewayConfig } from '../../config/types.ts'
import { Type } from '../../schema/type.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'

export const backendLimits = block({
  namespace: '_gw/backend',
  options: Type.Object({
    max_response_bytes: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        'Bytes of an answer, unpacked, that are kept in memory to be decoded; a larger one is an error. 0: any number. At a backend, 0 means what the service says.',
    }),
  }),
  restricting: true,
})

/** The backend's own limit, else that of the service; Infinity without either. */
export function maxBodyBytesOf(backend: BackendConfig, config: GatewayConfig): number {
  return (
    optionsOf(backendLimits, backend.extraConfig).max_response_bytes ||
    optionsOf(backendLimits, config.extraConfig).max_response_bytes ||
    Infinity
  )
}
