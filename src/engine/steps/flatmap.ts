// `flatmap_filter`: a list of operations on data, compiled once. Knows nothing of where the list stands.

import { isJsonObject } from '../../json/types.ts'
import { step } from '../compile/component.ts'
import { Data } from '../data.ts'
import { GatewayError } from '../errors.ts'
import { proxyOptions, splitShadows } from '../pipe/proxy-block.ts'
import { FlatTree } from './flatmap-tree.ts'
import type { Path } from './flatmap-tree.ts'

type Operation = (tree: FlatTree) => void
type Transform = (data: Data) => Data | null

/** An endpoint's operations on what its backends answered together. compat: one backend alone has its own, and a merge with errors is left as it is. */
export const flatmap = step({
  stage: 'proxy',
  name: 'flatmap',
  build({ place, config, log, label }) {
    if (place === null || splitShadows(place.backends).regular.length < 2) return null
    const operations = compileOperations(proxyOptions(place).flatmap_filter)
    const transform = transformBy(operations)
    if (transform === null) return null
    if (config.quirks.tellsMerges) log.debug(`${label}[Flatmap] Adding flatmap manipulator with ${operations.length} operations`)
    return (next) =>
      function applyFlatmap(request, scope) {
        return next(request, scope).then((response) =>
          response.error === null && response.data !== null ? { ...response, data: transform(response.data) } : response,
        )
      }
  },
})

/**
 * The operations in order, or null when the list has none (KrakenD: newFlatmapFormatter). An operation of an unknown type does nothing.
 * What comes out is null when nothing is left of the data.
 */
export function compileFlatmap(operations: unknown): Transform | null {
  return transformBy(compileOperations(operations))
}

function compileOperations(operations: unknown): Operation[] {
  return Array.isArray(operations) ? operations.map(compileOperation).filter((operation) => operation !== null) : []
}

function transformBy(compiled: readonly Operation[]): Transform | null {
  if (compiled.length === 0) return null
  return function flatmap(data) {
    const tree = new FlatTree(data.object)
    for (const operation of compiled) operation(tree)
    const { value } = tree
    return isJsonObject(value) ? Data.of(value) : null
  }
}

function compileOperation(block: unknown): Operation | null {
  if (typeof block !== 'object' || block === null || !('type' in block) || typeof block.type !== 'string') return null
  const args = 'args' in block && Array.isArray(block.args) ? block.args.map(toPath) : []
  if (block.type === 'del') return (tree) => args.forEach((path) => tree.delete(path))
  if (block.type !== 'move' && block.type !== 'append') return doNothing
  const [source, target] = args
  if (source === undefined || target === undefined) return failForPaths
  // compat: an argument that is no text does nothing, as long as there is nothing to move; here it never does.
  if (source.length === 0 || target.length === 0) return doNothing
  if (block.type === 'append') return (tree) => tree.append(source, target)
  return (tree) => tree.move(source, target)
}

/** compat: what is no string is a path without labels. */
function toPath(arg: unknown): Path {
  return typeof arg === 'string' ? arg.split('.') : []
}

function doNothing(): void {}

const MISSING_PATHS = new GatewayError('flatmap: an operation lacks one of its two paths', { code: 'ERR_FLATMAP' })

/** compat: KrakenD panics, which is a 500. */
function failForPaths(): void {
  throw MISSING_PATHS
}
