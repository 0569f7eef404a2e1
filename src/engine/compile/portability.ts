// Protections that exist here only: the same file on KrakenD serves without them.

import type { GatewayConfig } from '../../config/types.ts'
import { type Issue, warningIssue } from '../../schema/issue.ts'
import { isOwnNamespace } from '../../schema/own-keys.ts'
import type { BlockPlace, DeclaredBlock } from './order.ts'
import { isInherited } from './read-block.ts'

const CONSEQUENCE = 'KrakenD would serve this endpoint unprotected'

/** A warning of plain `check`, an error of `check --portable`. */
export function isUnportable({ code }: Issue): boolean {
  return code === 'protects-here-only'
}

/** For components of ours that protect; the path begins inside their block. */
export function protectsHereOnly(reason: string, hint: string): Issue {
  return warningIssue('protects-here-only', [], `${reason}: ${CONSEQUENCE}`, hint)
}

/** Protections that a place has from `_gw/defaults` alone. Paths begin at its `extra_config`. */
export function findInheritedProtections(
  { blocks, at }: BlockPlace,
  declared: readonly DeclaredBlock[],
  config: Pick<GatewayConfig, 'inherited'>,
): Issue[] {
  if (config.inherited.size === 0) return []
  const protects = (namespace: string): boolean =>
    !isOwnNamespace(namespace) &&
    declared.some(({ declaration }) => declaration.namespace === namespace && declaration.restricting === true)
  return [...blocks.keys()]
    .filter((namespace) => protects(namespace) && isInherited(config, at, namespace))
    .map((namespace) => {
      const reason = `"${namespace}" comes from "_gw/defaults" alone`
      return { ...protectsHereOnly(reason, 'write it at the endpoint if the file is to run on both'), path: [namespace] }
    })
}
