// Component `_gw/cache`: keeps answers of endpoints and of backends for a time of its own.

import { component } from '../../../engine/compile/component.ts'
import { cacheBackend } from './backend-cache.ts'
import { cacheEndpoint } from './endpoint-cache.ts'
import { checkCache, options } from './options.ts'

const declaration = { namespace: '_gw/cache', options, check: checkCache } as const

export const endpointCache = component({ ...declaration, stage: 'endpoint', build: cacheEndpoint })
export const backendCache = component({ ...declaration, stage: 'backend', build: cacheBackend })
