// Which host is next, among those that may be asked. Knows nothing of why others may not.

export interface Candidate {
  /** 0: only when there is nothing else. */
  readonly weight: number
  readonly inFlight: number
}

export type Policy = 'random' | 'round_robin' | 'power_of_two_choices' | 'least_requests' | 'first'

/** Chooses one of a list that is not empty. */
export type Choose<C extends Candidate> = (candidates: readonly C[]) => C

export function compilePolicy<C extends Candidate>(policy: Policy, random: () => number): Choose<C> {
  switch (policy) {
    case 'first':
      return ([first]) => first as C
    case 'round_robin':
      return smoothTurns()
    case 'least_requests':
      return (candidates) => candidates.reduce((best, other) => (loadOf(other) < loadOf(best) ? other : best))
    case 'power_of_two_choices':
      return function chooseOfTwo(candidates) {
        const one = drawWeighted(candidates, random)
        if (candidates.length === 1) return one
        const other = drawWeighted(
          candidates.filter((candidate) => candidate !== one),
          random,
        )
        return loadOf(other) < loadOf(one) ? other : one
      }
    default:
      return (candidates) => drawWeighted(candidates, random)
  }
}

function loadOf({ inFlight, weight }: Candidate): number {
  return weight > 0 ? inFlight / weight : inFlight
}

function drawWeighted<C extends Candidate>(candidates: readonly C[], random: () => number): C {
  const sum = candidates.reduce((total, { weight }) => total + weight, 0)
  if (sum === 0) return candidates[Math.floor(random() * candidates.length)] as C
  let left = random() * sum
  for (const candidate of candidates) {
    left -= candidate.weight
    if (left < 0) return candidate
  }
  return candidates.findLast(({ weight }) => weight > 0) as C
}

/** Each turn every candidate gains its weight; the highest is taken and pays the sum, so that 2 and 1 are A B A. */
function smoothTurns<C extends Candidate>(): Choose<C> {
  const credits = new WeakMap<C, number>()
  return function takeTurn(candidates) {
    let best = candidates[0] as C
    let sum = 0
    for (const candidate of candidates) {
      // All equal where all are reserves.
      const gain = candidate.weight || 1
      sum += gain
      credits.set(candidate, (credits.get(candidate) ?? 0) + gain)
      if ((credits.get(candidate) ?? 0) > (credits.get(best) ?? 0)) best = candidate
    }
    credits.set(best, (credits.get(best) ?? 0) - sum)
    return best
  }
}
