// Plugins around the router that the gateway brings along, as far as they only write the path anew: what routes see of a request.

import type { GatewayConfig } from '../config/types.ts'
import type { Exchange } from '../engine/types.ts'
import type { Rewriter } from '../plugins/built-in/declare.ts'
import { findBuiltIn } from '../plugins/built-in/find.ts'
import { collectUses } from '../plugins/check/uses.ts'

/** A request whose target is another one for the router. */
export interface Rewritten {
  /** Path with query, encoded. */
  readonly target: string
  /** Names of the plugins that changed it, in the order in which they did. */
  readonly by: readonly string[]
}

export interface Rewrites {
  /** Whether plugins of others stand among them, which may do anything to a request. */
  readonly hasOthers: boolean
  /** Null where the request stays as it is. */
  apply(exchange: Exchange): Rewritten | null
}

/** One whose options are wrong does nothing. */
export async function loadRewrites(config: GatewayConfig): Promise<Rewrites> {
  const uses = collectUses(config).filter(({ kind }) => kind === 'http-server')
  const rewriters: { name: string; rewrite: Rewriter }[] = []
  let hasOthers = false
  // the last of the list is outermost
  for (const { name, options } of uses.toReversed()) {
    const known = findBuiltIn('http-server', name, config.quirks)
    hasOthers ||= known === null
    const { problems = [], rewriter = null } = known === null ? {} : (await known.load()).prepare(options)
    if (rewriter !== null && problems.length === 0) rewriters.push({ name, rewrite: rewriter() })
  }
  return {
    hasOthers,
    apply(exchange) {
      const by = rewriters.filter(({ rewrite }) => {
        const { target } = exchange
        rewrite(exchange)
        return exchange.target !== target
      })
      return by.length === 0 ? null : { target: exchange.target, by: by.map(({ name }) => name) }
    },
  }
}
