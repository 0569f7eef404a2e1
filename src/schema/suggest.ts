// "Did you mean": the known name closest to a written one. Knows nothing of configurations.

/**
 * The candidate that `name` most likely stands for, or null. Case and `-`, `_`, `.`, `/`, blanks are the
 * cheapest mistakes; otherwise up to a third of the letters may be wrong, missing or swapped.
 */
export function suggest(name: string, candidates: Iterable<string>): string | null {
  const written = simplify(name)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const candidate of candidates) {
    if (candidate === name) continue
    const simple = simplify(candidate)
    if (simple === written) return candidate
    if (Math.abs(simple.length - written.length) >= bestDistance) continue
    const distance = measureDistance(written, simple, bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean "x"?`, or an empty text. */
export function suggestHint(name: string, candidates: Iterable<string>): string {
  const found = suggest(name, candidates)
  return found === null ? '' : `did you mean "${found}"?`
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[-_./\s]/g, '')
}

/** Edits between two words, a swap of neighbours counting once (optimal string alignment); `limit` when it is that or more. */
function measureDistance(a: string, b: string, limit: number): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    let rowBest = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(previous[j - 1]! + (same ? 0 : 1), previous[j]! + 1, current[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      current.push(cost)
      if (cost < rowBest) rowBest = cost
    }
    if (rowBest >= limit) return limit
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
