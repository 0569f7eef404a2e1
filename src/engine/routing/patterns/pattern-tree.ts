// Finds the routes of a path among patterns: literal before mixed before parameter before rest, with backtracking. Knows nothing of HTTP.

import { compareMixed, matchMixed, type Pattern } from './pattern.ts'

export interface Found<T> {
  readonly entry: T
  /** Values of the pattern's parameters, in order. */
  readonly values: readonly string[]
}

/** Says whether an entry whose pattern matches is the one. */
export type Accepts<T> = (entry: T) => boolean

/** How a tree reads the segments of a path. */
export interface SegmentReading {
  /** A segment as literals are compared. */
  readonly keyOf: (segment: string) => string
  /** A segment, or several with their slashes, as the value of a parameter. */
  readonly valueOf: (segment: string) => string
}

interface MixedChild<T> {
  readonly literals: readonly string[]
  readonly node: Node<T>
}

/** A position after some segments. */
class Node<T> {
  readonly literals = new Map<string, Node<T>>()
  /** Those with most literal text first. */
  readonly mixed: MixedChild<T>[] = []
  /** The same by their texts. */
  readonly byShape = new Map<string, Node<T>>()
  param: Node<T> | null = null
  /** What ends here, in order of preference. */
  readonly ends: T[] = []
  /** What takes everything that follows, also nothing. */
  readonly rests: T[] = []
}

const AS_IT_IS: SegmentReading = { keyOf: (segment) => segment, valueOf: (segment) => segment }

export class PatternTree<T> {
  readonly #root = new Node<T>()
  readonly #reading: SegmentReading
  readonly #compare: (a: T, b: T) => number
  #size = 0

  /** `compare` orders entries of equal patterns. */
  constructor(compare: (a: T, b: T) => number, reading: SegmentReading = AS_IT_IS) {
    this.#compare = compare
    this.#reading = reading
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  add({ segments }: Pick<Pattern, 'segments'>, entry: T): void {
    let node = this.#root
    this.#size++
    for (const segment of segments) {
      if (segment.kind === 'rest') {
        insert(node.rests, entry, this.#compare)
        return
      }
      if (segment.kind === 'literal') node = childOf(node.literals, segment.text)
      else if (segment.kind === 'param') node = node.param ??= new Node()
      else node = mixedChild(node, segment.literals)
    }
    insert(node.ends, entry, this.#compare)
  }

  /** The first entry, in order of preference, that is accepted. Each node is visited once at most, whatever the path. */
  find(path: string, accepts: Accepts<T>): Found<T> | null {
    const values: string[] = []
    const entry = this.#walk(this.#root, path.slice(1).split('/'), 0, values, accepts)
    return entry === undefined ? null : { entry, values }
  }

  #walk(node: Node<T>, segments: readonly string[], index: number, values: string[], accepts: Accepts<T>): T | undefined {
    const count = values.length
    const segment = segments[index]
    if (segment === undefined) {
      const end = node.ends.find(accepts)
      if (end !== undefined) return end
    } else {
      const found = this.#walkChildren(node, segments, index, values, accepts)
      if (found !== undefined) return found
    }
    if (node.rests.length === 0) return undefined
    values.length = count
    values.push(this.#reading.valueOf(segments.slice(index).join('/')))
    return node.rests.find(accepts)
  }

  #walkChildren(node: Node<T>, segments: readonly string[], index: number, values: string[], accepts: Accepts<T>): T | undefined {
    const segment = segments[index] as string
    const { keyOf, valueOf } = this.#reading
    const count = values.length
    const key = keyOf(segment)
    const child = node.literals.get(key)
    if (child !== undefined) {
      const found = this.#walk(child, segments, index + 1, values, accepts)
      if (found !== undefined) return found
    }
    for (const { literals, node: next } of node.mixed) {
      const own = matchMixed(literals, segment) ?? (key === segment ? null : matchMixed(literals, key))
      if (own === null) continue
      values.length = count
      values.push(...own.map(valueOf))
      const found = this.#walk(next, segments, index + 1, values, accepts)
      if (found !== undefined) return found
    }
    if (node.param === null || segment === '') return undefined
    values.length = count
    values.push(valueOf(segment))
    return this.#walk(node.param, segments, index + 1, values, accepts)
  }

  /** The path whose spelling differs only in the case of literal segments; null when there is none. */
  findIgnoringCase(path: string, accepts: Accepts<T>): string | null {
    const found = walkIgnoringCase(this.#root, path.slice(1).split('/'), 0, accepts)
    return found === null ? null : `/${found.join('/')}`
  }
}

function walkIgnoringCase<T>(node: Node<T>, segments: readonly string[], index: number, accepts: Accepts<T>): string[] | null {
  const segment = segments[index]
  if (segment === undefined) return node.ends.some(accepts) ? [] : null
  const go = (next: Node<T>, text: string): string[] | null => {
    const rest = walkIgnoringCase(next, segments, index + 1, accepts)
    return rest === null ? null : [text, ...rest]
  }
  for (const [name, next] of node.literals) {
    const found = name.toLowerCase() === segment.toLowerCase() ? go(next, name) : null
    if (found !== null) return found
  }
  for (const { literals, node: next } of node.mixed) {
    const found = matchMixed(literals, segment) === null ? null : go(next, segment)
    if (found !== null) return found
  }
  return node.param === null || segment === '' ? null : go(node.param, segment)
}

function childOf<T>(children: Map<string, Node<T>>, key: string): Node<T> {
  let child = children.get(key)
  if (child === undefined) children.set(key, (child = new Node()))
  return child
}

function mixedChild<T>(parent: Node<T>, literals: readonly string[]): Node<T> {
  const shape = literals.join('{}')
  const known = parent.byShape.get(shape)
  if (known !== undefined) return known
  const node = new Node<T>()
  parent.byShape.set(shape, node)
  insert(parent.mixed, { literals, node }, (a, b) => compareMixed(a.literals, b.literals))
  return node
}

/** Into a sorted list, behind everything that is not worse. */
function insert<T>(list: T[], entry: T, compare: (a: T, b: T) => number): void {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(entry, list[middle] as T) < 0) high = middle
    else low = middle + 1
  }
  list.splice(low, 0, entry)
}
