// Key rules in a form that is matched against bytes. Knows nothing of what a match leads to.

const QUOTE = 0x22

/** What a rule says of a key: null is the end of a path, a tree goes on below. */
export type RuleTree = ReadonlyMap<string, RuleTree | null>

/** A key of the rules. */
export interface KeyRule {
  readonly key: Uint8Array
  /** Rules for the value; null is the end of a path. */
  readonly below: KeyRules | null
  /** Another key with the same hash. */
  readonly next: KeyRule | null
}

/** perf: looking a key's hash up costs a third of cutting a string out and looking that up (json.bench.ts). */
export class KeyRules {
  readonly #byHash = new Map<number, KeyRule>()
  /** How many keys there are. */
  readonly size: number
  /** The offset behind the closing quote of the key that was looked up last. */
  keyEnd = 0

  constructor(tree: RuleTree) {
    this.size = tree.size
    for (const [name, rule] of tree) {
      const key = Buffer.from(name, 'utf8')
      let hash = 0
      for (const byte of key) hash = addToHash(hash, byte)
      this.#byHash.set(hash, { key, below: rule === null ? null : new KeyRules(rule), next: this.#byHash.get(hash) ?? null })
    }
  }

  /** The rule for the key that begins at `start` behind its quote and has no escapes. */
  find(b: Uint8Array, start: number): KeyRule | null {
    let hash = 0
    let end = start
    for (let byte = b[end] as number; byte !== QUOTE; byte = b[++end] as number) hash = addToHash(hash, byte)
    this.keyEnd = end + 1
    let rule = this.#byHash.get(hash) ?? null
    while (rule !== null && !isSame(rule.key, b, start, end)) rule = rule.next
    return rule
  }
}

function addToHash(hash: number, byte: number): number {
  return (Math.imul(hash, 0x9e3779b1) + byte) | 0
}

function isSame(key: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== b[start + i]) return false
  return true
}
