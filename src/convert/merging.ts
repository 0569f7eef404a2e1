// How backends are called together, and claims with places in lists: what versions 3 and 4 say in different words, or only one of them.

import { blocksOf, mapAt, type TreePlace } from './places.ts'
import { type Entry, findEntry, removeEntry, type Tell, textNode, type Tree } from './tree.ts'

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

/** A claim that is named by a path with dots. */
interface ClaimPath {
  readonly option: string
  readonly path: string
  readonly line: number
}

/** Version 3 to 4: paths that mean something else there. */
export function tellClaimPlaces(place: TreePlace, tell: Tell): void {
  for (const { option, path, line } of claimPathsOf(place)) {
    const named = `"${option}" names "${path}"`
    if (hasPlaces(path)) {
      const hint = 'look at the claims that your tokens have there'
      tell('note', line, `${named}: to version 4 a number is a place in a list, too, and "*" is every member`, hint)
    } else if (hasEmptyPart(path)) {
      const effect =
        option === PROPAGATED
          ? 'version 3 empties the header, version 4 lets the client set it'
          : 'version 3 finds nothing (403), version 4 answers every request 401'
      tell('note', line, `${named}, which has an empty part: ${effect}`)
    }
  }
}

/** Version 4 to 3: places in lists and `*` in the path of a claim. */
export function refuseClaimPlaces(place: TreePlace, tell: Tell): void {
  for (const { option, path, line } of claimPathsOf(place)) {
    const named = `"${option}" names "${path}"`
    if (hasPlaces(path)) tell('refused', line, `${named}: version 3 knows no places in lists and no "*" there`)
    else if (hasEmptyPart(path)) {
      const effect =
        option === PROPAGATED
          ? 'version 4 leaves it out, version 3 empties the header'
          : 'version 4 answers every request 401, version 3 finds nothing (403)'
      tell('note', line, `${named}, which has an empty part: ${effect}`)
    }
  }
}

const PROPAGATED = 'propagate_claims'

function hasPlaces(path: string): boolean {
  return path.split('.').some((step) => /^(?:\d+|\*)$/.test(step))
}

function hasEmptyPart(path: string): boolean {
  return path.split('.').includes('')
}

/** Names without dots, and those of claims that are URLs, are no paths. */
function claimPathsOf(place: TreePlace): ClaimPath[] {
  const validator = mapAt(blocksOf(place), 'auth/validator')
  if (validator === null) return []
  const isNested = findEntry(validator, 'roles_key_is_nested')?.value
  const areRoles = isNested?.kind === 'flag' && isNested.isSet
  return [
    ...(areRoles ? pathOf('roles_key', findEntry(validator, 'roles_key')) : []).filter(({ path }) => !path.startsWith('http')),
    ...pathOf('scopes_key', findEntry(validator, 'scopes_key')),
    ...claimsIn(findEntry(validator, PROPAGATED)?.value)
      .flatMap((entry) => pathOf(PROPAGATED, entry))
      .filter(({ path }) => !path.startsWith('http')),
  ]
}

function pathOf(option: string, entry: Entry | undefined): ClaimPath[] {
  if (entry?.value.kind !== 'text' || !entry.value.text.includes('.')) return []
  return [{ option, path: entry.value.text, line: entry.line }]
}

/** The claims of `[["sub", "X-User"]]`. */
function claimsIn(pairs: Tree | undefined): Entry[] {
  if (pairs?.kind !== 'list') return []
  return pairs.entries.flatMap(({ value: pair, line }) => {
    const claim = pair.kind === 'list' ? pair.entries[0] : undefined
    return claim === undefined ? [] : [{ ...claim, line: claim.line || line }]
  })
}
