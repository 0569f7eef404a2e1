// Which encoding an answer gets, by what the client says of encodings (RFC 9110, 12.5.3).

const ITEM = /^([^\s;]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i
/** The best that both know; of equal ones the first of the list. Null: none, or the client prefers the answer as it is. */
export function chooseEncoding<E extends string>(encodings: readonly E[], acceptEncoding: string): E | null {
  const weights = new Map<string, number>()
  for (const item of acceptEncoding.split(',')) {
    const [, name, weight = '1'] = ITEM.exec(item.trim()) ?? []
    if (name !== undefined) weights.set(name.toLowerCase().replace(/^x-gzip$/, 'gzip'), Number(weight))
  }
  const others = weights.get('*') ?? 0
  let best: E | null = null
  let bestWeight = 0
  for (const encoding of encodings) {
    const weight = weights.get(encoding) ?? others
    if (weight > bestWeight) {
      best = encoding
      bestWeight = weight
    }
  }
  return (weights.get('identity') ?? 0) > bestWeight ? null : best
}
