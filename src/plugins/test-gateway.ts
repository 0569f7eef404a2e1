// A whole gateway in memory with plugins that a test has written down, and one endpoint to stand at.

import { type MemoryGateway, configOf, type MemoryGatewayInit, openInMemory } from '../testing/index.ts'
import { modulesOf } from '../testing/plugin-modules.ts'
import { hostOf, pluginHost } from './plugin-modules.ts'

export async function openWith(plugins: readonly unknown[], file: object, init: MemoryGatewayInit = {}): Promise<MemoryGateway> {
  const offers = [{ port: pluginHost, value: hostOf(await modulesOf(plugins)) }]
  return openInMemory(configOf(file), { ...init, offers })
}

/** `GET /x/{id}` with one backend `/b/{id}`; `blocks` stand at the endpoint, `more` overrides its keys. */
export function endpointFile(blocks: object, more: object = {}, backend: object = {}): object {
  const endpoint = {
    endpoint: '/x/{id}',
    input_headers: ['X-In'],
    input_query_strings: ['q'],
    backend: [{ host: ['http://b'], url_pattern: '/b/{id}', ...backend }],
    extra_config: blocks,
    ...more,
  }
  return { endpoints: [endpoint] }
}

/** A plugin of one kind whose handler needs nothing. */
export function plugin(name: string, kind: string, handler: unknown): object {
  return { name, kind, setup: () => handler }
}
