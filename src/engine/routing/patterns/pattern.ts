// A pattern of `_gw/route` as segments: literal, one parameter, several within a segment, the rest of the path. Knows no request.

import { findGinParam, unescapeColons } from '../../../go/gin-path.ts'
import { compareText } from '../../../go/text.ts'
import { ConfigError } from '../../compile/component.ts'
import { encodeLiteral } from './raw-path.ts'

/** A literal takes itself alone; `mixed` has texts around its parameters; `param` is one whole segment, `rest` all that are left. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'mixed'; readonly literals: readonly string[] }
  | { readonly kind: 'param' }
  | { readonly kind: 'rest' }

export interface Pattern {
  /** As written: `/users/{id}`. */
  readonly written: string
  readonly segments: readonly Segment[]
  /** Names as written, in order. */
  readonly names: readonly string[]
  /** Whether the last parameter takes the rest of the path. */
  readonly hasRest: boolean
  /** The same for all patterns that differ in names only. */
  readonly shape: string
}

/** What is wrong with a text that is no pattern. */
export class PatternError extends ConfigError {}

const PARAM = /\{([a-zA-Z\-_0-9]+)(\*?)\}/g
const RANKS: Readonly<Record<Segment['kind'], number>> = { literal: 0, mixed: 1, param: 2, rest: 3 }

/** Reads a pattern; literals of a raw one are kept in the encoding that paths are compared in. Throws a PatternError. */
export function parsePattern(written: string, isRaw: boolean): Pattern {
  if (!written.startsWith('/')) throw new PatternError('must begin with a slash')
  const names: string[] = []
  const texts = written.slice(1).split('/')
  const segments = texts.map((text, index) => parseSegment(text, index === texts.length - 1, names, isRaw))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new PatternError(`has the parameter {${twice}} twice`)
  return { written, segments, names, hasRest: segments.at(-1)?.kind === 'rest', shape: segments.map(shapeOf).join('/') }
}

function parseSegment(text: string, isLast: boolean, names: string[], isRaw: boolean): Segment {
  const found = [...text.matchAll(PARAM)]
  if (/[{}]/.test(text.replaceAll(PARAM, ''))) throw new PatternError(`has braces that are no parameter in "${text}"`)
  if (text.includes('*') && !found.some(([, , star]) => star === '*')) throw new PatternError(`has a star outside of braces in "${text}"`)
  if (found.length === 0) return { kind: 'literal', text: isRaw ? encodeLiteral(text) : text }
  names.push(...found.map(([, name = '']) => name))
  if (found.some(([, , star]) => star === '*')) {
    if (!isLast || found[0]?.[0] !== text) throw new PatternError(`has a rest of the path in "${text}" that is not its whole last segment`)
    return { kind: 'rest' }
  }
  if (found[0]?.[0] === text) return { kind: 'param' }
  const literals = text.split(/\{[^{}]*\}/)
  if (literals.slice(1, -1).includes('')) throw new PatternError(`has two parameters with no text between them in "${text}"`)
  return { kind: 'mixed', literals: isRaw ? literals.map(encodeLiteral) : literals }
}

function shapeOf(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  if (segment.kind === 'mixed') return segment.literals.join('{}')
  return segment.kind === 'param' ? '{}' : '{*}'
}

/** Values of a mixed segment's parameters, null when the text is none. Earlier ones take as much as they can, each at least a character. */
export function matchMixed(literals: readonly string[], text: string): string[] | null {
  const first = literals[0] as string
  const last = literals.at(-1) as string
  let end = text.length - last.length
  if (!text.startsWith(first) || !text.endsWith(last) || end <= first.length) return null
  const values: string[] = []
  // From the right: the last place of a literal leaves most to what stands before it.
  for (let i = literals.length - 2; i > 0; i--) {
    const literal = literals[i] as string
    const at = text.lastIndexOf(literal, end - 1 - literal.length)
    if (at <= first.length || end - 1 - literal.length < 0) return null
    values.unshift(text.slice(at + literal.length, end))
    end = at
  }
  values.unshift(text.slice(first.length, end))
  return values
}

/** How far a segment is from a literal: the smaller is preferred. A pattern that ends stands before one that takes the rest. */
function rankOf(segment: Segment | undefined): number {
  return segment === undefined ? -1 : RANKS[segment.kind]
}

/** Mixed segments: the one with more literal text first; a tie is broken somehow, but always alike. */
export function compareMixed(a: readonly string[], b: readonly string[]): number {
  const difference = literalLength(b) - literalLength(a)
  return difference === 0 ? compareText(a.join('{}'), b.join('{}')) : difference
}

function literalLength(literals: readonly string[]): number {
  return literals.reduce((sum, literal) => sum + literal.length, 0)
}

/** Below 0 when the first pattern is preferred where both match: segment by segment, literal before mixed before one parameter before the rest. */
export function comparePatterns(a: Pattern, b: Pattern): number {
  const length = Math.max(a.segments.length, b.segments.length)
  for (let i = 0; i < length; i++) {
    const [own, other] = [a.segments[i], b.segments[i]]
    const difference =
      own?.kind === 'mixed' && other?.kind === 'mixed' ? compareMixed(own.literals, other.literals) : rankOf(own) - rankOf(other)
    if (difference !== 0) return difference
  }
  return 0
}

/** A path as gin registers it (`/users/:id`, `/file:name`, `/*rest`) as a pattern, for comparing it with others. */
export function patternOfGin(path: string): Pattern {
  const segments = path
    .slice(1)
    .split('/')
    .map((text): Segment => {
      const at = findGinParam(text)
      if (at < 0) return { kind: 'literal', text: unescapeColons(text) }
      if (text[at] === '*') return { kind: 'rest' }
      return at === 0 ? { kind: 'param' } : { kind: 'mixed', literals: [text.slice(0, at), ''] }
    })
  return { written: path, segments, names: [], hasRest: false, shape: segments.map(shapeOf).join('/') }
}
