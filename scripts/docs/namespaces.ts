// Every namespace of the order with what its declarations say.

import type { TSchema } from 'typebox'
import type { AnyBlock, Level } from '../../src/engine/compile/component.ts'
import { lazyEntries } from '../../src/engine/compile/order.ts'
import { order } from '../../src/order.ts'

/** One namespace at one or more levels that share their options. */
export interface NamespaceEntry {
  /** What stands in a page's marker: the namespace, or `NAMESPACE at LEVEL` where levels differ in their options. */
  readonly label: string
  readonly namespace: string
  readonly levels: readonly Level[]
  readonly options: TSchema
  readonly declaration: Pick<AnyBlock, 'whenInvalid' | 'restricting'>
  /** Whether the engine reads it itself. */
  readonly isEngine: boolean
}

type Found = Omit<NamespaceEntry, 'label'>

/** Components in their order, each followed by its extras, then the engine's own blocks. */
export async function collectNamespaces(): Promise<NamespaceEntry[]> {
  const found: Found[] = []
  for (const { entry, levels } of lazyEntries(order)) {
    const declaration: AnyBlock = await entry.load()
    const { namespace, options, extras } = declaration
    add(found, { namespace, levels, options, declaration, isEngine: false })
    if (extras !== undefined) {
      const { whenInvalid } = extras
      add(found, {
        namespace: extras.namespace,
        levels,
        options: extras.options,
        declaration: { whenInvalid, restricting: false },
        isEngine: false,
      })
    }
  }
  for (const [level, blocks] of Object.entries(order.blocks))
    for (const declaration of blocks) {
      const { namespace, options } = declaration
      add(found, { namespace, levels: [level as Level], options, declaration, isEngine: true })
    }
  return found.map((one) => {
    const isSplit = found.some((other) => other !== one && other.namespace === one.namespace)
    return { label: isSplit ? `${one.namespace} at ${one.levels.join(', ')}` : one.namespace, ...one }
  })
}

/** Levels with the same options are one entry. */
function add(found: Found[], one: Found): void {
  const known = found.findIndex(({ namespace, options }) => namespace === one.namespace && options === one.options)
  const before = found[known]
  if (before === undefined) found.push(one)
  else found[known] = { ...before, levels: [...new Set([...before.levels, ...one.levels])] }
}
