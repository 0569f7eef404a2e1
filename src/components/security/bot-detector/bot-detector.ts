// Tells bots by their User-Agent. Knows nothing of requests.

import { compileRegexp, explainRegexp } from '../../../go/regexp.ts'

export interface BotRules {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly patterns: readonly string[]
  /** Decisions to remember; 0: none. */
  readonly cacheSize: number
  readonly isEmptyBot: boolean
}

/** `agent` holds one character per byte; empty when it is absent. */
export type IsBot = (agent: string) => boolean

/** Empty, then allowed, then denied, then patterns (Go's syntax, anywhere in the text). Throws on what is no pattern or size. */
export function compileDetector(rules: BotRules): IsBot {
  if (rules.cacheSize < 0) throw new Error('must provide a positive size')
  const allow = new Set(rules.allow)
  const deny = new Set(rules.deny)
  const patterns = rules.patterns.map((pattern) => compileRegexp(pattern))

  function isBot(agent: string): boolean {
    if (agent === '') return rules.isEmptyBot
    const text = decode(agent)
    if (allow.has(text)) return false
    return deny.has(text) || patterns.some((pattern) => pattern.matches(text))
  }
  return rules.cacheSize === 0 ? isBot : remember(isBot, rules.cacheSize)
}

/** Where a pattern is none, and why. */
export function findInvalidPatterns(patterns: readonly string[]): { index: number; reason: string }[] {
  return patterns.flatMap((pattern, index) => {
    const reason = explainRegexp(pattern)
    return reason === null ? [] : [{ index, reason }]
  })
}

/** security: memory is bounded in characters too: clients choose their agents. Those of browsers have about 120. */
const MAX_REMEMBERED_LENGTH = 512
const ASCII = /^[\u0000-\u007f]*$/

function decode(agent: string): string {
  return ASCII.test(agent) ? agent : Buffer.from(agent, 'latin1').toString()
}

/** Keeps the decisions on the agents that were seen last; long ones are judged every time. */
export function remember(isBot: IsBot, size: number): IsBot {
  const decisions = new Map<string, boolean>()
  return function isBotCached(agent) {
    if (agent.length > MAX_REMEMBERED_LENGTH) return isBot(agent)
    const known = decisions.get(agent)
    const decision = known ?? isBot(agent)
    // A Map keeps its order: the first key is the one that was not seen for longest.
    if (known !== undefined) decisions.delete(agent)
    else if (decisions.size >= size) decisions.delete(decisions.keys().next().value as string)
    decisions.set(agent, decision)
    return decision
  }
}
