// `testGateway`: a whole gateway in memory with plugins that the test has imported itself.

import { pluginHost, hostOf } from '../plugins/plugin-modules.ts'
import { configOf, type MemoryGateway, type MemoryGatewayInit, openInMemory } from './gateway.ts'
import { modulesOf } from './plugin-modules.ts'

export interface PluginGatewayInit extends MemoryGatewayInit {
  /** What the file may name, each as `definePlugin` gives it or a list of them; a bare function is called `plugin`. */
  readonly plugins: readonly unknown[]
}

/**
 * Compiles the content of a file; `plugins` stand in the place of its folder of modules. Rejects where the gateway would not start, and for a plugin
 * that cannot be loaded. `retire` it at the end.
 */
export async function testGateway(file: object, { plugins, ...init }: PluginGatewayInit): Promise<MemoryGateway> {
  const modules = await modulesOf(plugins.flat())
  return openInMemory(configOf(file), { ...init, offers: [{ port: pluginHost, value: hostOf(modules, true) }] })
}
