// The plugins of a list as one layer of pipes or senders.

import type { Site } from '../engine/compile/component.ts'
import { type Chain, aroundWith } from './around.ts'
import { aroundWithPairs, type PlacedPair } from './around-pairs.ts'
import type { LoadedPlace, ReadyPlugin } from './load-at.ts'
import { Placed } from './placed.ts'
import type { Seat } from './seat.ts'

export type ChainLayer<I, O> = (inner: Chain<I, O>) => Chain<I, O>

/** A plugin at a place of this site. */
export function placedAt<I, O>(name: string, seat: Seat<I, O>, { label, log }: Pick<Site, 'label' | 'log'>, slowMs: number): Placed<I, O> {
  return new Placed({ name, label, seat, log, slowMs })
}

/** The parts of a pair where it stands. */
export function pairAt<I, O>(placed: Placed<I, O>, { pair }: ReadyPlugin): PlacedPair<I, O> {
  const request = pair?.request ?? null
  const response = pair?.response ?? null
  return {
    placed,
    pair: {
      request: request === null ? null : placed.watched(request),
      response: response === null ? null : placed.watched(response),
    },
  }
}

/**
 * The first of the list is outermost. `groupsPairs`: pairs between functions are one group, whose response parts run in the order of the
 * list as well. Null for no plugin.
 */
export function stackPlugins<I, O>(
  { plugins, settings, rejection }: LoadedPlace,
  seat: Seat<I, O>,
  site: Site,
  groupsPairs: boolean,
): ChainLayer<I, O> | null {
  if (rejection !== null) return () => () => Promise.reject(rejection)
  const layers: ChainLayer<I, O>[] = []
  let group: PlacedPair<I, O>[] = []
  const closeGroup = (): void => {
    if (group.length > 0) layers.push(aroundWithPairs(group))
    group = []
  }
  for (const plugin of plugins) {
    const placed = placedAt(plugin.name, seat, site, settings.slowMs)
    if (plugin.handler === null) group.push(pairAt(placed, plugin))
    if (plugin.handler !== null || !groupsPairs) closeGroup()
    if (plugin.handler !== null) layers.push(aroundWith(placed, plugin.handler))
  }
  closeGroup()
  return layers.length === 0 ? null : (inner) => layers.reduceRight((next, layer) => layer(next), inner)
}
