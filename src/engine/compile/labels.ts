// How lines of the log name places, as KrakenD does. Knows nothing of what is said about them.

import type { Quirks } from '../../config/dialect.ts'
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

/** Of lines that say what is built. compat: KrakenD 3 names methods in these, and in no others: `[BACKEND: GET /x -> GET /b]`. */
export function buildLabel(
  { label, endpoint, backend }: Pick<Site, 'label' | 'endpoint' | 'backend'>,
  { namesBuiltMethods }: Pick<Quirks, 'namesBuiltMethods'>,
): string {
  if (!namesBuiltMethods || endpoint === null) return label
  const own = `${endpoint.method} ${endpoint.path}`
  return backend === null ? `[ENDPOINT: ${own}]` : `[BACKEND: ${own} -> ${backend.method} ${backend.urlPattern}]`
}
