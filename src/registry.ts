// Every component, in KrakenD's order: within a stage the first of the list is the outermost. A component is a folder and a line here.
// A component is imported only when the configuration has its namespace, so the others cost nothing.

import type { GatewayConfig } from './config/types.ts'
import type { AnyComponent } from './engine/component.ts'

interface Entry {
  readonly namespace: string
  load(): Promise<AnyComponent | readonly AnyComponent[]>
}

export const registry: readonly Entry[] = [
  // backend
  { namespace: 'backend/graphql', load: async () => (await import('./components/graphql/index.ts')).graphql },
]

/** Service discoveries by their `sd`. */
const discoveries: readonly { readonly sd: string; load(): Promise<AnyComponent> }[] = [
  { sd: 'dns', load: async () => (await import('./components/sd-dns/index.ts')).dns },
]

/** Namespaces of the engine itself. */
const ENGINE_NAMESPACES = ['router', 'proxy', 'backend/http', 'backend/http/client']

/** Every namespace that means something to this gateway. */
export const knownNamespaces: readonly string[] = [...ENGINE_NAMESPACES, ...new Set(registry.map((entry) => entry.namespace))]

/** The components that a configuration uses, in order. */
export async function loadComponents(config: GatewayConfig): Promise<AnyComponent[]> {
  const used = new Set(config.extraConfig.keys())
  const sds = new Set<string>()
  for (const endpoint of config.endpoints) {
    for (const namespace of endpoint.extraConfig.keys()) used.add(namespace)
    for (const backend of endpoint.backends) {
      sds.add(backend.sd)
      for (const namespace of backend.extraConfig.keys()) used.add(namespace)
    }
  }
  const loading = [...registry.filter((entry) => used.has(entry.namespace)), ...discoveries.filter((entry) => sds.has(entry.sd))]
  return (await Promise.all(loading.map((entry) => entry.load()))).flat()
}
