// Runs a pattern over a string by trying and going back. Every step is counted, so that no pattern runs for ever.

import type { Node, Pattern } from './pattern.ts'
import { PatternError } from './pattern.ts'

/** Pairs of start and end (exclusive), the whole match first; `end` is POSITION for captures of a position. */
export interface Match {
  readonly bounds: readonly number[]
}

export const POSITION = -1
/** How deep tries may nest: one for every part of a pattern that has alternatives behind it, so far fewer than JavaScript allows. */
const MAX_DEPTH = 2000

/** Counts the work of a match and the bytes of matches that were found; throws when it is too much. */
export type Spend = (steps: number, bytes?: number) => void

class Matcher {
  private readonly text: string
  private readonly pattern: Pattern
  private readonly spend: Spend
  private readonly starts: number[] = []
  private readonly ends: number[] = []
  private depth = 0
  /** One more than the last bound that was set: bounds are numbered from 0, two for each capture. */
  private reached = 0

  constructor(text: string, pattern: Pattern, spend: Spend) {
    this.text = text
    this.pattern = pattern
    this.spend = spend
    for (let i = 0; i < pattern.captures; i++) {
      this.starts.push(0)
      this.ends.push(0)
    }
  }

  at(start: number): Match | null {
    this.reached = 0
    const end = this.run(0, start)
    if (end < 0) return null
    const bounds = [start, end]
    for (let i = 0; i < this.starts.length; i++) bounds.push(this.starts[i] as number, this.ends[i] as number)
    return { bounds }
  }

  /** The end of the match of the nodes from `node` at `at`, or -1. */
  private run(node: number, at: number): number {
    if (++this.depth > MAX_DEPTH) throw new PatternError('pattern too complex', at)
    const end = this.tryFrom(node, at)
    this.depth--
    return end
  }

  private tryFrom(first: number, from: number): number {
    const { text } = this
    const { nodes } = this.pattern
    let at = from
    for (let i = first; i < nodes.length; i++) {
      const node = nodes[i] as Node
      switch (node.kind) {
        case 'one':
          if (at >= text.length || node.set[text.charCodeAt(at)] !== 1) return -1
          at++
          break
        case 'repeat':
          return this.repeat(node, i, at)
        case 'open':
          return this.keep(this.starts, node.capture, at, i)
        case 'close':
          return this.keep(this.ends, node.capture, at, i)
        case 'position':
          this.starts[node.capture] = at + 1
          this.ends[node.capture] = POSITION
          this.reached = Math.max(this.reached, 2 * node.capture + 2)
          break
        case 'brace':
          at = this.brace(node.from, node.to, at)
          if (at < 0) return -1
          break
        default:
          at = this.back(node.capture, at)
          if (at < 0) return -1
      }
    }
    this.spend(nodes.length - first + 1)
    return this.pattern.isAnchoredAtEnd && at < text.length ? -1 : at
  }

  /** Sets a bound of a capture, and puts the old one back where what follows does not match. */
  private keep(bounds: number[], capture: number, at: number, node: number): number {
    const old = bounds[capture] as number
    bounds[capture] = at
    this.reached = Math.max(this.reached, 2 * capture + (bounds === this.starts ? 1 : 2))
    const end = this.run(node + 1, at)
    if (end < 0) bounds[capture] = old
    return end
  }

  private repeat(node: Extract<Node, { kind: 'repeat' }>, index: number, from: number): number {
    const { text } = this
    const { set, how } = node
    const next = index + 1
    if (how === '-') {
      for (let at = from; ; at++) {
        this.spend(1)
        const end = this.run(next, at)
        if (end >= 0) return end
        if (at >= text.length || set[text.charCodeAt(at)] !== 1) return -1
      }
    }
    let at = from
    const last = how === '?' ? Math.min(from + 1, text.length) : text.length
    while (at < last && set[text.charCodeAt(at)] === 1) at++
    const least = how === '+' ? from + 1 : from
    this.spend(at - from + 1)
    for (; at >= least; at--) {
      this.spend(1)
      const end = this.run(next, at)
      if (end >= 0) return end
    }
    return -1
  }

  private brace(open: number, close: number, from: number): number {
    const { text } = this
    if (from >= text.length || text.charCodeAt(from) !== open) return -1
    let count = 1
    for (let at = from + 1; at < text.length; at++) {
      const byte = text.charCodeAt(at)
      if (byte === close && --count === 0) {
        this.spend(at - from)
        return at + 1
      }
      if (byte === open) count++
    }
    this.spend(text.length - from)
    return -1
  }

  private back(capture: number, at: number): number {
    if (2 * capture > this.reached) throw new BadCapture()
    // A position stands for no text.
    if (this.ends[capture - 1] === POSITION) return at
    const part = this.text.slice(this.starts[capture - 1], this.ends[capture - 1])
    this.spend(part.length)
    return this.text.startsWith(part, at) ? at + part.length : -1
  }
}

/** `%1` before its capture: an error without a position. */
export class BadCapture extends Error {
  constructor() {
    super('invalid capture index')
    this.name = 'BadCapture'
  }
}

/** The matches from `from` on, up to `limit` of them (negative: all), as gopher-lua's pm.Find finds them. */
export function findMatches(text: string, pattern: Pattern, from: number, limit: number, spend: Spend): Match[] {
  const matches: Match[] = []
  const matcher = new Matcher(text, pattern, spend)
  for (let at = from; at <= text.length;) {
    spend(1)
    const match = matcher.at(at)
    at++
    if (match !== null) {
      at = Math.max(at, match.bounds[1] as number)
      matches.push(match)
      spend(1, 64 + 16 * match.bounds.length)
    }
    if (matches.length === limit || pattern.isAnchoredAtStart) break
  }
  return matches
}
