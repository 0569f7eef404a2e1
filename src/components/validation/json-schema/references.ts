// Finds what a local `$ref` refers to. Knows nothing of keywords but those that name a place.

/** The schema behind `#`, `#/a/b` or `#name`; undefined for other references and for places that are not there. */
export function findReferred(root: unknown, ref: string): unknown {
  if (ref === '#') return root
  if (!ref.startsWith('#')) return undefined
  if (!ref.startsWith('#/')) return findAnchor(root, ref.slice(1))
  let place: unknown = root
  for (const token of decodePointer(ref.slice(2))) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, token)) return undefined
    place = (place as Record<string, unknown>)[token]
  }
  return place
}

function decodePointer(pointer: string): string[] {
  return pointer.split('/').map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function findAnchor(place: unknown, name: string): unknown {
  if (typeof place !== 'object' || place === null) return undefined
  const { $anchor, $dynamicAnchor, $id, id } = place as Record<string, unknown>
  if ([$anchor, $dynamicAnchor].includes(name) || [$id, id].includes(`#${name}`)) return place
  for (const part of Object.values(place)) {
    const found = findAnchor(part, name)
    if (found !== undefined) return found
  }
  return undefined
}
