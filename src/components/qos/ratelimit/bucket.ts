// The two token buckets of KrakenD as arithmetic on two numbers. Knows neither clocks nor memory.

/**
 * A bucket's rule. `tokens` and `lastNs` are registers: load a bucket's state into them, call `take`, store them back.
 * One rule so serves any number of buckets without allocating.
 */
export interface BucketRule {
  /** What a new bucket holds. */
  readonly initialTokens: number
  readonly capacity: number
  /** How often `quantum` tokens come. */
  readonly intervalNs: number
  readonly quantum: number
  tokens: number
  lastNs: number
  /** Takes one token; false when there is none. `nowNs` may be fractional. */
  take(nowNs: number): boolean
}

/** Slower rates count as this one. */
const MIN_RATE = 1e-9
/** A clock that far behind a bucket was set back; smaller differences are those between workers. */
const CLOCK_STEP_NS = 1e9

/** KrakenD 2.x (krakend-ratelimit, TokenBucket): refills only when a request finds the bucket empty, and that request is free when it overflows. */
export class RefillWhenEmpty implements BucketRule {
  readonly initialTokens: number
  readonly capacity: number
  readonly intervalNs: number
  readonly quantum = 1
  tokens = 0
  lastNs = 0

  /** A capacity under 1 counts as 1, but such a bucket starts empty. */
  constructor(ratePerSecond: number, capacity: number) {
    this.initialTokens = Math.max(0, capacity)
    this.capacity = Math.max(1, capacity)
    // compat: an infinite rate (`every: "0s"`) never refills: KrakenD divides by zero there and answers 500.
    this.intervalNs = ratePerSecond === Infinity ? Infinity : Math.max(1, Math.trunc(1e9 / Math.max(MIN_RATE, ratePerSecond)))
  }

  take(nowNs: number): boolean {
    if (this.tokens > 0) {
      this.tokens--
      return true
    }
    const elapsedNs = nowNs - this.lastNs
    if (elapsedNs < -CLOCK_STEP_NS) this.lastNs = nowNs
    const added = Math.floor(elapsedNs / this.intervalNs)
    if (!(added >= 1)) return false
    this.lastNs += added * this.intervalNs
    // compat: the request that finds the bucket overflowing costs no token.
    this.tokens = added > this.capacity ? this.capacity : added - 1
    return true
  }
}

/** KrakenD 1.x (juju/ratelimit, NewBucketWithRate): refills all the time, in steps of `quantum` tokens. */
export class SteadyRefill implements BucketRule {
  readonly initialTokens: number
  readonly capacity: number
  readonly intervalNs: number
  readonly quantum: number
  tokens = 0
  lastNs = 0

  constructor(ratePerSecond: number, capacity: number) {
    this.initialTokens = capacity
    this.capacity = capacity
    const step = findStep(ratePerSecond)
    this.intervalNs = step.intervalNs
    this.quantum = step.quantum
  }

  take(nowNs: number): boolean {
    const elapsedNs = nowNs - this.lastNs
    if (elapsedNs < -CLOCK_STEP_NS) this.lastNs = nowNs
    const ticks = Math.floor(elapsedNs / this.intervalNs)
    if (ticks >= 1) {
      this.lastNs += ticks * this.intervalNs
      this.tokens = Math.min(this.capacity, this.tokens + ticks * this.quantum)
    }
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }
}

/** Nanoseconds until a request that comes now would find a token. */
export function waitNs(rule: BucketRule, nowNs: number): number {
  return rule.tokens >= 1 ? 0 : Math.max(0, rule.lastNs + rule.intervalNs - nowNs)
}

/**
 * Nanoseconds until the bucket of a client that waits is full: never 0 while `tokensLeft` says that some are missing.
 * Those of 2.x may have come already, and are only seen by whoever empties the bucket.
 */
export function fillNs(rule: BucketRule, nowNs: number): number {
  const { capacity, tokens, quantum, lastNs, intervalNs } = rule
  const missing = capacity - Math.max(tokens, tokensLeft(rule, nowNs))
  return missing <= 0 ? 0 : Math.max(1, lastNs + Math.ceil((capacity - tokens) / quantum) * intervalNs - nowNs)
}

/** Nanoseconds that an empty bucket takes to be full. */
export function refillNs({ capacity, quantum, intervalNs }: BucketRule): number {
  return Math.ceil(capacity / quantum) * intervalNs
}

/** Whole tokens that requests would find now, those among them that came since the bucket was asked last. */
export function tokensLeft(rule: BucketRule, nowNs: number): number {
  const { tokens, capacity, quantum, lastNs, intervalNs } = rule
  if (tokens >= 1) return Math.floor(tokens)
  return Math.min(capacity, Math.floor(tokens + Math.max(0, Math.floor((nowNs - lastNs) / intervalNs)) * quantum))
}

/** The smallest step whose rate, in whole nanoseconds, is within 1 % of the wanted one. */
function findStep(ratePerSecond: number): { quantum: number; intervalNs: number } {
  let quantum = 1
  while (quantum < 2 ** 50) {
    const intervalNs = Math.trunc((1e9 * quantum) / ratePerSecond)
    if (intervalNs > 0 && Math.abs((1e9 * quantum) / intervalNs - ratePerSecond) / ratePerSecond <= 0.01) return { quantum, intervalNs }
    quantum = Math.max(quantum + 1, Math.trunc((quantum * 11) / 10))
  }
  return { quantum, intervalNs: 1 }
}
