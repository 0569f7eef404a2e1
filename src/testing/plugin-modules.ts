// Plugins that a test has imported itself, as the gateway would have found them in a folder: their shape is checked in the same way.

import type { LoadedPlugin, PluginModules } from '../plugins/loaded.ts'
import { readShapes } from '../plugins/modules/read-shapes.ts'

/** What a bare function is called; the file of a plugin in findings. */
const NAME = 'plugin'

/** Rejects with everything that is wrong with one of them. Of two with one name the later counts. */
export async function modulesOf(plugins: readonly unknown[]): Promise<PluginModules> {
  const module = { name: NAME, path: `/${NAME}`, shown: NAME }
  const shapes = await Promise.all(plugins.map((plugin) => readShapes({ default: plugin }, module)))
  const problems = shapes.flatMap((shape) => shape.problems)
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
  return modulesWith(shapes.flatMap((shape) => shape.plugins))
}

export function modulesWith(plugins: readonly LoadedPlugin[]): PluginModules {
  return {
    plugins,
    find: (kind, name) => plugins.findLast((plugin) => plugin.name === name && plugin.kinds.has(kind)) ?? null,
    problems: [],
    files: new Map(),
  }
}
