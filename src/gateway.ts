// From a typed configuration to something that answers requests, and back to nothing. Knows no process and no command line.

import type { GatewayConfig } from './config/types.ts'
import { compileGateway, type CompiledGateway } from './engine/compile/compile.ts'
import type { Logger, ResourcePool, SharedMemory } from './engine/compile/component.ts'
import { loadEncodings } from './encodings/index.ts'
import { followRedirects } from './http/client/redirects.ts'
import { createTransport, type ProxyEnvironment } from './http/client/transport.ts'
import { loadComponents } from './registry.ts'

export interface GatewayInit {
  readonly log: Logger
  readonly shared: SharedMemory
  readonly pool: ResourcePool
  /** What the gateway calls itself: `Version 0.1.0`. */
  readonly version: string
  /** Variables of the process: proxies for backend calls (`HTTP_PROXY` and the like) and what components look for. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly writeAccessLine: (line: string) => void
}

/** Loads what the configuration uses and compiles it. Throws a ConfigError when it cannot be served. */
export async function openGateway(config: GatewayConfig, init: GatewayInit): Promise<CompiledGateway> {
  const [components, encodings] = await Promise.all([loadComponents(config), loadEncodings(encodingsOf(config))])
  const transport = createTransport(config, { log: init.log, environment: readProxies(init.environment) })
  let compiled: CompiledGateway
  try {
    compiled = compileGateway({
      ...init,
      ...encodings,
      config,
      components,
      transport: transport.send,
      wrapSender: (backend, sender) =>
        followRedirects(sender, { sendBodyOnRedirect: sendsBodyOnRedirect(backend.extraConfig.get('backend/http/client')) }),
    })
  } catch (error) {
    await transport.close()
    throw error
  }
  await compiled.ready()
  return {
    ...compiled,
    async retire() {
      await compiled.retire()
      await transport.close()
    },
  }
}

/** Upper case wins, as in Go. */
function readProxies(environment: GatewayInit['environment']): ProxyEnvironment {
  const read = (name: string): string | undefined => environment[name] || environment[name.toLowerCase()]
  return { httpProxy: read('HTTP_PROXY'), httpsProxy: read('HTTPS_PROXY'), noProxy: read('NO_PROXY') }
}

function encodingsOf(config: GatewayConfig): Set<string> {
  const names = new Set<string>()
  for (const endpoint of config.endpoints) {
    names.add(endpoint.outputEncoding)
    for (const backend of endpoint.backends) names.add(backend.encoding).add(backend.writtenEncoding)
  }
  return names
}

function sendsBodyOnRedirect(block: unknown): boolean {
  return typeof block === 'object' && block !== null && (block as { send_body_on_redirect?: unknown }).send_body_on_redirect === true
}
