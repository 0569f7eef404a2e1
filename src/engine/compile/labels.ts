// How lines of the log name places, as KrakenD does. Knows nothing of what is said about them.

import type { BackendConfig, EndpointConfig } from '../../config/types.ts'
import type { Site } from './site.ts'

/** `[ENDPOINT: /x/:id]` */
export function endpointLabel({ path }: EndpointConfig): string {
  return `[ENDPOINT: ${path}]`
}

/** `[BACKEND: /b/{{.Id}}]` */
export function backendLabel({ urlPattern }: BackendConfig): string {
  return `[BACKEND: ${urlPattern}]`
}

/** compat: some components name a backend with its endpoint: `[BACKEND: GET /x/:id -> /b/{{.Id}}]`. Elsewhere it is the site's own label. */
export function routeLabel({ label, endpoint, backend }: Pick<Site, 'label' | 'endpoint' | 'backend'>): string {
  return backend === null || endpoint === null ? label : `[BACKEND: ${endpoint.method} ${endpoint.path} -> ${backend.urlPattern}]`
}
