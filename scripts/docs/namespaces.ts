// Every namespace of the registry with what its declarations say. Knows no page.

import type { TSchema } from 'typebox'
import { levelOf } from '../../src/engine/compile/check-components.ts'
import type { Configured, Level } from '../../src/engine/compile/check-components.ts'
import { registry } from '../../src/registry.ts'

/** One namespace at one or more levels that share their options. */
export interface NamespaceEntry {
  /** What stands in a README's marker: the namespace, or `NAMESPACE at LEVEL` where levels differ in their options. */
  readonly label: string
  readonly namespace: string
  readonly levels: readonly Level[]
  readonly options: TSchema
  readonly declaration: Configured
}

/** In the registry's order. */
export async function collectNamespaces(): Promise<NamespaceEntry[]> {
  const loaded = (await Promise.all(registry.map((entry) => entry.load()))).flat()
  const declarations = loaded.filter((component) => component.kind !== 'discovery')
  const groups = new Map<TSchema, Configured[]>()
  for (const declaration of declarations) {
    const options = declaration.options as TSchema
    groups.set(options, [...(groups.get(options) ?? []), declaration])
  }
  return [...groups].map(([options, group]) => {
    const declaration = group[0] as Configured
    const { namespace } = declaration
    const levels = group.map(levelOf)
    const isSplit = declarations.some((other) => other.namespace === namespace && other.options !== options)
    return { label: isSplit ? `${namespace} at ${levels.join(', ')}` : namespace, namespace, levels, options, declaration }
  })
}
