// A JSON value as a tree of labelled edges that can be cut off, renamed and hung up elsewhere (KrakenD: flatmap/tree). Knows nothing of configuration.

import { isJsonObject, setKey } from '../../json/types.ts'
import type { JsonObject, JsonValue } from '../../json/types.ts'

export type Path = readonly string[]

const WILDCARD = '*'

interface Edge {
  label: string
  readonly node: FlatNode
}

interface Found {
  readonly node: FlatNode
  /** Labels on the way there. */
  readonly path: Path
}

interface Cut {
  readonly from: Found
  readonly node: FlatNode
}

/** perf: an index costs as much as some searches. */
const SEARCHES_WITHOUT_INDEX = 8

/** perf: a value is taken apart only where a path leads through it. */
class FlatNode {
  /** What is not taken apart yet; undefined afterwards. */
  #whole: JsonValue[] | JsonObject | undefined = undefined
  /** What it is worth without edges. */
  #leaf: JsonValue = null
  #isCollection = false
  #edges: Edge[] = []
  /** The first edge of each label; undefined when it has to be made (again). */
  #index: Map<string, Edge> | undefined = undefined
  #searches = 0

  get edges(): readonly Edge[] {
    return this.#takeApart()
  }

  #takeApart(): Edge[] {
    const whole = this.#whole
    if (whole === undefined) return this.#edges
    this.#whole = undefined
    this.#index = undefined
    for (const [label, value] of Object.entries(whole)) this.#edges.push({ label, node: nodeOf(value) })
    return this.#edges
  }

  /** security: operations search a node once for each of its elements, and strangers decide how many these are. */
  find(label: string): FlatNode | undefined {
    const { edges } = this
    if (this.#index === undefined && ++this.#searches <= SEARCHES_WITHOUT_INDEX) return edges.find((edge) => edge.label === label)?.node
    this.#index ??= firstByLabel(edges)
    return this.#index.get(label)?.node
  }

  hang(label: string, node: FlatNode): void {
    const edge = { label, node }
    this.#takeApart().push(edge)
    if (this.#index?.has(label) === false) this.#index.set(label, edge)
  }

  /** Takes the edge of a label away. */
  cut(label: string): FlatNode | undefined {
    const edges = this.#takeApart()
    const at = edges.findIndex((edge) => edge.label === label)
    if (at < 0) return undefined
    this.#index = undefined
    return edges.splice(at, 1)[0]?.node
  }

  cutAll(): void {
    this.#takeApart().length = 0
    this.#index = undefined
  }

  rename(from: string, to: string): void {
    const edge = this.edges.find(({ label }) => label === from)
    if (edge === undefined) return
    this.#index = undefined
    edge.label = to
  }

  /** compat: a new value is laid over what is there: edges stay, equal labels are laid over each other. */
  put(value: JsonValue): void {
    this.#isCollection = Array.isArray(value)
    if (this.#whole === value) return
    const isEmpty = this.edges.length === 0
    if (!hasChildren(value)) this.#leaf = value
    else if (isEmpty) this.#whole = value
    else {
      for (const [label, child] of Object.entries(value)) this.add([label], child)
    }
  }

  add(path: Path, value: JsonValue): void {
    const [label, ...rest] = path
    if (label === undefined) return this.put(value)
    const child = this.find(label) ?? this.grow(label)
    child.add(rest, value)
  }

  /** A new edge to an empty node. */
  grow(label: string): FlatNode {
    const node = new FlatNode()
    this.hang(label, node)
    return node
  }

  /** The value at a path; with wildcards an array of what matches. null when there is none. */
  get(path: Path): JsonValue {
    const [label, ...rest] = path
    if (label === undefined) return this.toValue()
    if (this.edges.length === 0) return null
    if (label === WILDCARD) return this.edges.map((edge) => edge.node.get(rest))
    return this.find(label)?.get(rest) ?? null
  }

  toValue(): JsonValue {
    if (this.#whole !== undefined) return this.#whole
    if (this.#edges.length === 0) return this.#leaf
    if (this.#isCollection) return this.#edges.map((edge) => edge.node.toValue())
    const object: JsonObject = {}
    for (const edge of this.#edges) setKey(object, edge.label, edge.node.toValue())
    return object
  }
}

function firstByLabel(edges: readonly Edge[]): Map<string, Edge> {
  const first = new Map<string, Edge>()
  for (const edge of edges) if (!first.has(edge.label)) first.set(edge.label, edge)
  return first
}

function nodeOf(value: JsonValue): FlatNode {
  const node = new FlatNode()
  node.put(value)
  return node
}

function hasChildren(value: JsonValue): value is JsonValue[] | JsonObject {
  return Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0
}

/** The operations of KrakenD's flatmap on one value. */
export class FlatTree {
  readonly #root: FlatNode

  constructor(value: JsonValue) {
    this.#root = nodeOf(value)
  }

  get value(): JsonValue {
    return this.#root.toValue()
  }

  /** Removes what a path leads to. What loses its last child becomes null. */
  delete(path: Path): void {
    const label = path.at(-1)
    if (label === undefined) return
    for (const { node } of this.#lookUp(path.slice(0, -1))) {
      if (label === WILDCARD) node.cutAll()
      else node.cut(label)
    }
  }

  /** Puts one array behind another and removes it; does nothing when one of them is no array. */
  append(source: Path, target: Path): void {
    const added = this.#root.get(source)
    const present = this.#root.get(target)
    if (!Array.isArray(added) || !Array.isArray(present)) return
    this.#root.add(target, [...present, ...added])
    this.delete(source)
  }

  /** Renames (paths of one length), promotes (to a shorter path) or embeds (into a longer one). */
  move(source: Path, target: Path): void {
    const from = source.at(-1) as string
    const found = this.#lookUp(source.slice(0, -1))
    if (source.length === target.length) {
      for (const { node } of found) node.rename(from, target.at(-1) as string)
      return
    }
    const cuts: Cut[] = []
    for (const place of found) {
      const node = place.node.cut(from)
      if (node !== undefined) cuts.push({ from: place, node })
    }
    if (source.length > target.length) this.#promote(cuts, target)
    else embed(cuts, target.slice(source.length - 1))
  }

  #lookUp(path: Path): readonly Found[] {
    let found: readonly Found[] = [{ node: this.#root, path: [] }]
    for (const step of path) found = found.flatMap((place) => follow(place, step))
    return found
  }

  /** Hangs edges up below the root. compat: as deep as the target's path exists, and the last label is taken as it is. */
  #promote(cuts: readonly Cut[], target: Path): void {
    for (const { from, node } of cuts) {
      let parent = this.#root
      for (let i = 0; i < target.length - 1; i++) {
        const step = target[i] as string
        const next = parent.find(step === WILDCARD ? (from.path[i] as string) : step)
        if (next === undefined) break
        parent = next
      }
      parent.hang(target.at(-1) as string, node)
    }
  }
}

function follow({ node, path }: Found, step: string): Found[] {
  if (step === WILDCARD) return node.edges.map((edge) => ({ node: edge.node, path: [...path, edge.label] }))
  const next = node.find(step)
  return next === undefined ? [] : [{ node: next, path: [...path, step] }]
}

/** Hangs edges up below where they were. compat: only what the target has more than the source counts. */
function embed(cuts: readonly Cut[], target: Path): void {
  for (const { from, node } of cuts) {
    let parent = from.node
    for (const step of target.slice(0, -1)) parent = parent.find(step) ?? parent.grow(step)
    parent.hang(target.at(-1) as string, node)
  }
}
