// A tree as TOML, with its comments: values of a table first, then the tables inside it, lists of tables as [[tables]].

import type { Entry, MapNode, Tell, Tree } from './tree.ts'

const BARE_KEY = /^[A-Za-z0-9_-]+$/
const MAX_INTEGER = 2n ** 63n - 1n

/** Tells what TOML cannot say: there is no null, and integers have 64 bits. */
export function writeToml(root: MapNode, tell: Tell): string {
  const writer = new TomlWriter(tell)
  writer.table(root, [])
  writer.comments(root.foot)
  return `${writer.lines.join('\n').trim()}\n`
}

class TomlWriter {
  readonly lines: string[] = []
  readonly #tell: Tell

  constructor(tell: Tell) {
    this.#tell = tell
  }

  /** The members of a table whose header stands already. */
  table(map: MapNode, path: readonly string[]): void {
    for (const entry of map.entries) if (!isTable(entry.value) && !isTables(entry.value)) this.#pair(entry)
    for (const entry of map.entries) {
      const { key, value } = entry
      if (isTable(value)) this.#subtable(entry, value, [...path, key])
      else if (isTables(value)) {
        this.#tables(entry, value.entries, [...path, key])
        this.comments(value.foot)
      }
    }
    if (path.length > 0) this.comments(map.foot)
  }

  comments(list: readonly string[]): void {
    this.lines.push(...list.map((line) => (line === '' ? '#' : `# ${line}`)))
  }

  #subtable({ before, after }: Entry, value: MapNode, path: readonly string[]): void {
    // a table that holds nothing but tables needs no header
    const needsHeader =
      value.entries.length === 0 || after !== '' || value.entries.some((entry) => !isTable(entry.value) && !isTables(entry.value))
    if (needsHeader || before.length > 0) {
      this.lines.push('')
      this.comments(before)
    }
    if (needsHeader) this.lines.push(`[${path.map(keyText).join('.')}]${behind(after)}`)
    this.table(value, path)
  }

  #tables({ before, after }: Entry, items: readonly Entry[], path: readonly string[]): void {
    for (const [index, item] of items.entries()) {
      this.lines.push('')
      if (index === 0) this.comments(after === '' ? before : [...before, after])
      this.comments(item.before)
      this.lines.push(`[[${path.map(keyText).join('.')}]]${behind(item.after)}`)
      this.table(item.value as MapNode, path)
    }
  }

  #pair({ key, value, before, after, line }: Entry): void {
    if (value.kind === 'null') {
      this.comments([...before, ...(after === '' ? [] : [after])])
      this.#tell('lost', line, `"${key}": null`, 'TOML has no null; the gateway takes it for a key that is not there')
      return
    }
    // comments inside stand above it: TOML has no place for them in a value of one line
    this.comments([...before, ...commentsIn(value)])
    this.lines.push(`${keyText(key)} = ${this.#inline(value, line)}${behind(after)}`)
  }

  #inline(value: Tree, line: number): string {
    switch (value.kind) {
      case 'text':
        return quote(value.text)
      case 'number':
        return this.#number(value.digits, line)
      case 'flag':
        return String(value.isSet)
      case 'null':
        this.#tell('refused', line, 'TOML has no null, and this one is an item of a list')
        return '""'
      case 'list':
        return `[${value.entries.map((entry) => this.#inline(entry.value, entry.line || line)).join(', ')}]`
      case 'map':
        return this.#inlineTable(value, line)
    }
  }

  #inlineTable(map: MapNode, line: number): string {
    const members = map.entries.flatMap(({ key, value, line: own }) => {
      if (value.kind !== 'null') return [`${keyText(key)} = ${this.#inline(value, own || line)}`]
      this.#tell('lost', own || line, `"${key}": null`, 'TOML has no null; the gateway takes it for a key that is not there')
      return []
    })
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
  }

  #number(digits: string, line: number): string {
    if (!/^-?\d+$/.test(digits)) return digits.replace('Infinity', 'inf').replace('NaN', 'nan')
    const integer = BigInt(digits)
    if (integer <= MAX_INTEGER && integer >= -MAX_INTEGER - 1n) return integer === 0n ? '0' : digits
    this.#tell('lost', line, `digits of ${digits}`, 'integers of TOML have 64 bits: it is written as a float')
    return `${Number(digits)}`.includes('e') ? String(Number(digits)).replace('e+', 'e') : `${Number(digits)}.0`
  }
}

function isTable(value: Tree): value is MapNode {
  return value.kind === 'map'
}

/** A list of nothing but maps. */
function isTables(value: Tree): value is Extract<Tree, { kind: 'list' }> {
  return value.kind === 'list' && value.entries.length > 0 && value.entries.every((entry) => entry.value.kind === 'map')
}

function commentsIn(value: Tree): string[] {
  if (value.kind !== 'map' && value.kind !== 'list') return []
  const inner = value.entries.flatMap((entry) => [
    ...entry.before,
    ...commentsIn(entry.value),
    ...(entry.after === '' ? [] : [entry.after]),
  ])
  return [...inner, ...value.foot]
}

function behind(comment: string): string {
  return comment === '' ? '' : ` # ${comment}`
}

function keyText(key: string): string {
  return BARE_KEY.test(key) ? key : escape(key)
}

/** A text of several lines keeps its lines. */
function quote(text: string): string {
  const escaped = escape(text)
  if (!text.slice(0, -1).includes('\n')) return escaped
  const lines = escaped.slice(1, -1).replaceAll(/(?<!\\)((?:\\\\)*)\\n/g, '$1\n')
  return `"""\n${lines}"""`
}

/** A basic text: JSON's escapes are TOML's, but DEL and the like want one, too. */
function escape(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007F-\u009F]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
