// Every component, in KrakenD's order: within a stage the first of the list is the outermost. A component is a folder and a line here.
// A component is imported only when the configuration has its namespace, so the others cost nothing.

import type { GatewayConfig } from './config/types.ts'
import type { AnyComponent } from './engine/compile/component.ts'

interface Entry {
  readonly namespace: string
  load(): Promise<AnyComponent | readonly AnyComponent[]>
}

export const registry: readonly Entry[] = [
  // services
  { namespace: '_gw/revoker', load: async () => (await import('./components/auth/revoker/index.ts')).authRevokerExtras },
  { namespace: 'auth/revoker', load: async () => (await import('./components/auth/revoker/index.ts')).authRevoker },
  // server: before routing
  { namespace: 'security/cors', load: async () => (await import('./components/security/cors/index.ts')).cors },
  // router: every route, 404 and 405
  { namespace: 'security/http', load: async () => (await import('./components/security/http/index.ts')).securityHttp },
  {
    namespace: 'security/bot-detector',
    load: async () => (await import('./components/security/bot-detector/index.ts')).serviceBotDetector,
  },
  // endpoint
  {
    namespace: 'security/bot-detector',
    load: async () => (await import('./components/security/bot-detector/index.ts')).endpointBotDetector,
  },
  {
    namespace: 'auth/validator',
    load: async () => {
      const { sharedKeyCache, validator } = await import('./components/auth/jose/index.ts')
      return [sharedKeyCache, validator]
    },
  },
  { namespace: '_gw/jwt-issuers', load: async () => (await import('./components/auth/jose/index.ts')).moreIssuers },
  { namespace: 'auth/signer', load: async () => (await import('./components/auth/jose/index.ts')).signer },
  { namespace: '_gw/ratelimit', load: async () => (await import('./components/qos/ratelimit/index.ts')).rateLimitHeaders },
  { namespace: 'qos/ratelimit/router', load: async () => (await import('./components/qos/ratelimit/index.ts')).endpointRateLimit },
  // proxy
  { namespace: 'validation/json-schema', load: async () => (await import('./components/validation/json-schema/index.ts')).jsonSchema },
  // backend
  { namespace: 'backend/graphql', load: async () => (await import('./components/backend/graphql/index.ts')).graphql },
  { namespace: 'qos/circuit-breaker', load: async () => (await import('./components/qos/circuit-breaker/index.ts')).circuitBreaker },
  { namespace: 'qos/ratelimit/proxy', load: async () => (await import('./components/qos/ratelimit/index.ts')).backendRateLimit },
  // sender
  { namespace: 'qos/http-cache', load: async () => (await import('./components/qos/http-cache/index.ts')).httpCache },
  {
    namespace: '_gw/client-credentials',
    load: async () => (await import('./components/auth/client-credentials/index.ts')).clientCredentialsExtras,
  },
  {
    namespace: 'auth/client-credentials',
    load: async () => (await import('./components/auth/client-credentials/index.ts')).clientCredentials,
  },
]

/** Service discoveries by their `sd`. */
const discoveries: readonly { readonly sd: string; load(): Promise<AnyComponent> }[] = [
  { sd: 'dns', load: async () => (await import('./components/sd/dns/index.ts')).dns },
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
