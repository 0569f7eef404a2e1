// Where a path stands in a TOML text. Knows no option; the text has been parsed before, so only what is well-formed is understood.

import { findKey } from './find-key.ts'
import { positionsOf } from './positions.ts'
import type { IssuePath, Position, Source } from './issue.ts'

/** A table, a list, or a value (without children), and where its key begins. */
export interface TomlNode {
  offset: number
  readonly children: Map<string, TomlNode>
  readonly items: TomlNode[]
}

/** Finds the key (or list item) of a path, else of its nearest parent; null when that is the whole file. */
export function locateInToml(source: Source): (path: IssuePath) => Position | null {
  const text = source.text ?? ''
  const positionAt = positionsOf(text)
  const root = outlineToml(text)
  return (path) => {
    let node: TomlNode | undefined = root
    let offset: number | null = null
    for (const step of path) {
      const next: TomlNode | undefined = findChild(node, step, source)
      if (next === undefined) break
      // a single value stands for a list of one: shown where its parent was
      if (next !== node) offset = next.offset
      node = next
    }
    return offset === null ? null : positionAt(offset)
  }
}

/** Which keys and items a text has, and where each begins. */
export function outlineToml(text: string): TomlNode {
  return new TomlOutline(text).read()
}

function findChild(node: TomlNode, step: string | number, source: Source): TomlNode | undefined {
  if (typeof step === 'string') return findKey(node.children, step, source)
  return node.items.length > 0 ? node.items[step] : step === 0 ? node : undefined
}

function createNode(offset: number): TomlNode {
  return { offset, children: new Map(), items: [] }
}

/** Reads keys and brackets, skips texts and comments. */
class TomlOutline {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): TomlNode {
    const root = createNode(0)
    let table = root
    for (this.#skipBlanks(true); this.#at < this.#text.length; this.#skipBlanks(true)) {
      if (this.#text[this.#at] === '[') table = this.#header(root)
      else this.#pair(table)
    }
    return root
  }

  /** `[a.b]` or `[[a.b]]`. */
  #header(root: TomlNode): TomlNode {
    const isList = this.#text.startsWith('[[', this.#at)
    this.#at += isList ? 2 : 1
    const keys = this.#keys()
    this.#at += isList ? 2 : 1
    let node = root
    for (const [index, { key, offset }] of keys.entries()) {
      const child = node.children.get(key) ?? createNode(offset)
      node.children.set(key, child)
      const isLast = index === keys.length - 1
      if (isLast && isList) child.items.push(createNode(offset))
      node = child.items.at(-1) ?? child
    }
    return node
  }

  #pair(table: TomlNode): void {
    const before = this.#at
    const keys = this.#keys()
    let node = table
    for (const { key, offset } of keys) {
      const child = node.children.get(key) ?? createNode(offset)
      node.children.set(key, child)
      node = child
    }
    this.#skipBlanks(false)
    if (this.#text[this.#at] === '=') this.#at++
    this.#skipBlanks(false)
    this.#value(node)
    // a text that is no TOML must not be read for ever
    if (this.#at === before) this.#at = this.#text.length
  }

  #keys(): { key: string; offset: number }[] {
    const keys: { key: string; offset: number }[] = []
    for (;;) {
      this.#skipBlanks(false)
      const offset = this.#at
      const match = /(?:"(?:\\.|[^"\\])*"|'[^']*'|[\w-]+)/y
      match.lastIndex = offset
      const word = match.exec(this.#text)?.[0]
      if (word === undefined) return keys
      this.#at = offset + word.length
      keys.push({ key: unquote(word), offset })
      this.#skipBlanks(false)
      if (this.#text[this.#at] !== '.') return keys
      this.#at++
    }
  }

  #value(node: TomlNode): void {
    const open = this.#text[this.#at]
    if (open === '[') this.#list(node)
    else if (open === '{') this.#inlineTable(node)
    else {
      const scalar = /(?:"""[^]*?"{3,5}|'''[^]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s,\]}#]+(?: \d[^\s,\]}#]*)?)/y
      scalar.lastIndex = this.#at
      this.#at += scalar.exec(this.#text)?.[0].length ?? 1
    }
  }

  #list(node: TomlNode): void {
    this.#at++
    for (this.#skipBlanks(true); this.#at < this.#text.length && this.#text[this.#at] !== ']'; this.#skipBlanks(true)) {
      if (this.#text[this.#at] === ',') {
        this.#at++
        continue
      }
      const item = createNode(this.#at)
      node.items.push(item)
      this.#value(item)
    }
    this.#at++
  }

  #inlineTable(node: TomlNode): void {
    this.#at++
    for (this.#skipBlanks(true); this.#at < this.#text.length && this.#text[this.#at] !== '}'; this.#skipBlanks(true)) {
      if (this.#text[this.#at] === ',') this.#at++
      else this.#pair(node)
    }
    this.#at++
  }

  #skipBlanks(overLines: boolean): void {
    const blanks = overLines ? /(?:\s|#[^\n]*)*/y : /[ \t]*/y
    blanks.lastIndex = this.#at
    this.#at += blanks.exec(this.#text)?.[0].length ?? 0
  }
}

function unquote(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1)
  if (!word.startsWith('"')) return word
  try {
    return JSON.parse(word) as string
  } catch {
    return word.slice(1, -1)
  }
}
