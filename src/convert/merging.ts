// How backends are called together, and claims with places in lists: what versions 3 and 4 say in different words, or only one of them.

import { blocksOf, mapAt, type TreePlace } from './places.ts'
import { findEntry, makeEntry, removeEntry, type Tell, textNode, type Tree } from './tree.ts'

/** Version 3 to 4: `sequential` becomes `strategy`. */
export function writeStrategy({ level, ...place }: TreePlace): void {
  const proxy = level === 'endpoint' ? mapAt(blocksOf({ level, ...place }), 'proxy') : null
  if (proxy === null) return
  const sequential = proxy.entries.findLast(({ key }) => key === 'sequential')
  // version 3 did not look at it
  const strategy = proxy.entries.findLast(({ key }) => key === 'strategy')
  if (strategy !== undefined) removeEntry(proxy, strategy)
  if (sequential === undefined) return
  if (sequential.value.kind === 'flag' && sequential.value.isSet)
    Object.assign(sequential, { key: 'strategy', value: textNode('sequential') })
  else removeEntry(proxy, sequential)
}

/** Version 4 to 3: `strategy` becomes `sequential`; `fallback` cannot be said. */
export function writeSequential({ level, ...place }: TreePlace, tell: Tell): void {
  const proxy = level === 'endpoint' ? mapAt(blocksOf({ level, ...place }), 'proxy') : null
  const strategy = proxy?.entries.findLast(({ key }) => key === 'strategy')
  if (proxy === null || strategy === undefined) return
  const unused = proxy.entries.findLast(({ key }) => key === 'sequential')
  if (unused !== undefined) removeEntry(proxy, unused)
  const text = strategy.value.kind === 'text' ? strategy.value.text : ''
  if (text === 'fallback') tell('refused', strategy.line, '"strategy": "fallback": version 3 has no such thing')
  if (text === 'sequential') Object.assign(strategy, { key: 'sequential', value: { kind: 'flag', isSet: true } })
  else removeEntry(proxy, strategy)
}

const CLAIM_PATHS = ['roles_key', 'scopes_key']

/** Version 4 to 3: places in lists and `*` in the path of a claim. */
export function refuseClaimPlaces(place: TreePlace, tell: Tell): void {
  const validator = mapAt(blocksOf(place), 'auth/validator')
  if (validator === null) return
  const paths = [
    ...CLAIM_PATHS.map((key) => findEntry(validator, key)),
    ...pairsOf(findEntry(validator, 'propagate_claims')?.value).map((value) => makeEntry('propagate_claims', value)),
  ]
  for (const entry of paths) {
    if (entry?.value.kind !== 'text') continue
    const steps = entry.value.text.split('.')
    if (steps.length > 1 && steps.some((step) => /^(?:\d+|\*)$/.test(step)))
      tell('refused', entry.line, `"${entry.key}" names "${entry.value.text}": version 3 knows no places in lists and no "*" there`)
  }
}

/** The claims of `[["sub", "X-User"]]`. */
function pairsOf(value: Tree | undefined): Tree[] {
  if (value?.kind !== 'list') return []
  return value.entries.flatMap(({ value: pair }) => (pair.kind === 'list' && pair.entries[0] !== undefined ? [pair.entries[0].value] : []))
}
