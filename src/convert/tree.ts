// A file of any format as a tree that a step can change and a writer can write: values with their exact numbers, comments, lines. Knows no key.

import { isObject } from '../json/types.ts'

export type Scalar =
  | { readonly kind: 'text'; readonly text: string }
  /** As JSON writes it: digits are never lost. */
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'flag'; readonly isSet: boolean }
  | { readonly kind: 'null' }

export interface MapNode {
  readonly kind: 'map'
  entries: Entry[]
  /** Comments behind the last entry. */
  foot: string[]
}

export interface ListNode {
  readonly kind: 'list'
  entries: Entry[]
  foot: string[]
}

export type Tree = Scalar | MapNode | ListNode

/** A member of a map, or an item of a list (its key is empty). Comments are lines without their marker. */
export interface Entry {
  key: string
  value: Tree
  before: string[]
  /** Behind it on its line; empty for nothing. */
  after: string
  /** Where it stood, from 1; 0 where nobody knows. */
  line: number
}

/** Something that the target cannot say (`lost`), or that one should look at (`note`), or that stops the conversion (`refused`). */
export interface Remark {
  readonly kind: 'lost' | 'note' | 'refused'
  /** Of the source; 0 for the file as a whole. */
  readonly line: number
  readonly message: string
  /** What to do; empty for nothing. */
  readonly hint: string
}

export type Tell = (kind: Remark['kind'], line: number, message: string, hint?: string) => void

export function makeMap(entries: Entry[] = []): MapNode {
  return { kind: 'map', entries, foot: [] }
}

export function makeList(values: readonly Tree[]): ListNode {
  return { kind: 'list', entries: values.map((value) => makeEntry('', value)), foot: [] }
}

export function makeEntry(key: string, value: Tree, line = 0): Entry {
  return { key, value, before: [], after: '', line }
}

export function textNode(text: string): Scalar {
  return { kind: 'text', text }
}

/** The last member of that name, in any case where the exact one is not there. */
export function findEntry(map: MapNode, key: string): Entry | undefined {
  return (
    map.entries.findLast((entry) => entry.key === key) ?? map.entries.findLast((entry) => entry.key.toLowerCase() === key.toLowerCase())
  )
}

export function removeEntry(map: MapNode, entry: Entry): void {
  map.entries = map.entries.filter((other) => other !== entry)
}

/** A tree of plain values, without comments: what a parser gives. Throws for what is no value of a file. */
export function treeOf(value: unknown): Tree {
  if (value === null || value === undefined) return { kind: 'null' }
  if (typeof value === 'string') return textNode(value)
  if (typeof value === 'boolean') return { kind: 'flag', isSet: value }
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', digits: String(value) }
  if (Array.isArray(value)) return makeList(value.map(treeOf))
  if (isObject(value)) return makeMap(Object.entries(value).map(([key, member]) => makeEntry(key, treeOf(member))))
  throw new Error(`a file cannot have a ${typeof value}`)
}

/** The plain value again; numbers as JSON.parse would read them. */
export function valueOf(tree: Tree): unknown {
  switch (tree.kind) {
    case 'text':
      return tree.text
    case 'number':
      return Number(tree.digits)
    case 'flag':
      return tree.isSet
    case 'null':
      return null
    case 'list':
      return tree.entries.map(({ value }) => valueOf(value))
    case 'map':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, valueOf(value)]))
  }
}

/** Every entry of a tree, each before what is inside it. */
export function* entriesIn(tree: Tree): Generator<Entry> {
  if (tree.kind !== 'map' && tree.kind !== 'list') return
  for (const entry of tree.entries) {
    yield entry
    yield* entriesIn(entry.value)
  }
}
