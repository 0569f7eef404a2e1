// A YAML text as a tree with its comments. Values are those of the gateway's own reader, so that both mean the same.

import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import { parseYaml } from '../config/formats/yaml.ts'
import { positionsOf } from '../schema/positions.ts'
import { isObject } from '../json/types.ts'
import { type Entry, type ListNode, makeEntry, makeMap, type MapNode, type Tell, type Tree, treeOf } from './tree.ts'

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

/** Of a text that has been parsed before. */
export function readYamlTree(text: string, tell: Tell): Tree {
  const document = parseDocument(text, { merge: true, logLevel: 'error', prettyErrors: false })
  const reader = new YamlReader(text, document, tell)
  const more = document.errors.find(({ code }) => code === 'MULTIPLE_DOCS')
  if (more !== undefined) tell('lost', reader.lineAt(more.pos[0]), 'another document begins here: only the first one is read')
  const root = reader.read(document.contents, parseYaml(text))
  if (root.kind === 'map') {
    giveToFirst(root, [...linesOf(document.commentBefore), ...linesOf(document.contents?.commentBefore)])
    root.foot.push(...linesOf(document.comment))
  }
  return root
}

/** The comment above a map or a list stands above its first entry. */
function giveToFirst(tree: MapNode | ListNode, comments: readonly string[]): void {
  const [first] = tree.entries
  if (first === undefined) tree.foot.unshift(...comments)
  else first.before.unshift(...comments)
}

class YamlReader {
  readonly #document: Document
  readonly #tell: Tell
  readonly #positionAt: ReturnType<typeof positionsOf>
  readonly #anchors = new Set<string>()

  constructor(text: string, document: Document, tell: Tell) {
    this.#document = document
    this.#tell = tell
    this.#positionAt = positionsOf(text)
  }

  lineAt(offset: number | undefined): number {
    return offset === undefined ? 0 : this.#positionAt(offset).line
  }

  /** A node with the value that the gateway reads there. */
  read(written: Node | null | undefined, value: unknown): Tree {
    const node = this.#resolve(written)
    if (isMap(node) && isObject(value)) return this.#readMap(node.items, value, node.comment)
    if (isSeq(node) && Array.isArray(value)) {
      const entries = node.items.map((item, index) => this.#entryOf('', item, item, value[index]))
      return { kind: 'list', entries, foot: linesOf(node.comment) }
    }
    // digits as they are written, where JSON would write them so: `1.50` stays
    const { source } = isScalar(node) ? node : {}
    if (typeof value === 'number' && source !== undefined && JSON_NUMBER.test(source)) return { kind: 'number', digits: source }
    return treeOf(value)
  }

  #readMap(items: readonly Pair[], value: Readonly<Record<string, unknown>>, foot: string | null | undefined): MapNode {
    const map = makeMap()
    const seen = new Set<string>()
    for (const pair of items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
      if (key === '<<' || !Object.hasOwn(value, key)) continue
      seen.add(key)
      map.entries.push(this.#entryOf(key, isNode(pair.key) ? pair.key : null, isNode(pair.value) ? pair.value : null, value[key]))
    }
    // what a merge key has brought
    const merged = Object.keys(value).filter((key) => !seen.has(key))
    map.entries.push(...merged.map((key) => makeEntry(key, treeOf(value[key]))))
    map.foot.push(...linesOf(foot))
    return map
  }

  /** `place` is the key, or the item itself: it carries the comment above. */
  #entryOf(key: string, place: unknown, written: unknown, value: unknown): Entry {
    const node = isNode(written) ? written : null
    const at = isNode(place) ? place : node
    const entry = makeEntry(key, this.read(node, value), this.lineAt(at?.range?.[0]))
    entry.before = linesOf(at?.commentBefore)
    const isInside = node !== null && at !== node
    if (entry.value.kind !== 'map' && entry.value.kind !== 'list') entry.after = linesOf(node?.comment).join(' ')
    else if (isInside && !isAlias(node)) giveToFirst(entry.value, linesOf(node.commentBefore))
    return entry
  }

  #resolve(node: Node | null | undefined): Node | null {
    if (!isAlias(node)) return node ?? null
    if (!this.#anchors.has(node.source)) {
      this.#anchors.add(node.source)
      this.#tell('note', this.lineAt(node.range?.[0]), `the anchor "${node.source}" is written out wherever it is used`)
    }
    return node.resolve(this.#document) ?? null
  }
}

function linesOf(comment: string | null | undefined): string[] {
  return comment === null || comment === undefined ? [] : comment.split('\n').map((line) => line.trim())
}
