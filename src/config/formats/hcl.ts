// HCL (version 1) as far as configurations use it: objects, lists, texts, heredocs, numbers, blocks. Knows no configuration.

import { type PlainObject, isObject, setKey } from '../../json/types.ts'
import { positionsOf } from '../../schema/positions.ts'
import { FormatError } from './format-error.ts'

/** The object of an HCL text; blocks of one name become a list when there are several. Throws a FormatError. */
export function parseHcl(text: string): PlainObject {
  const reader = new Reader(text)
  const result = reader.members('')
  if (reader.peek() !== '') reader.fail(`unexpected ${reader.peek()}`)
  return result
}

/** What stands before a token. A pattern of its own, which never fails: one that goes on behind it would try every way to split blanks and comments. */
const blanksPattern = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
/** No character of a text can be read in two ways. */
const tokenPattern =
  /<<-?[A-Za-z_]\w*\r?\n|"(?:\$\{[^}]*\}|\$(?!\{[^}]*\})|\\[\s\S]|[^"\\\n$])*"|-?(?:0[xX][0-9a-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w-])|[A-Za-z_][\w.-]*|[{}[\]=,:]|$/y

class Reader {
  readonly text: string
  at = 0
  token = ''
  /** Where the token after `at` was seen, so that it is scanned once. */
  next = -1

  constructor(text: string) {
    this.text = text
  }

  fail(message: string): never {
    throw new FormatError(`hcl: ${message}`, positionsOf(this.text)(this.at))
  }

  peek(): string {
    if (this.next < this.at) {
      blanksPattern.lastIndex = this.at
      blanksPattern.exec(this.text)
      tokenPattern.lastIndex = blanksPattern.lastIndex
      const match = tokenPattern.exec(this.text)
      if (match === null) this.fail('illegal character')
      this.token = match[0]
      this.next = tokenPattern.lastIndex
    }
    return this.token
  }

  take(): string {
    const token = this.peek()
    this.at = this.next
    this.next = -1
    return token
  }

  /** Members up to `end`, which stays. */
  members(end: string): PlainObject {
    const result: PlainObject = {}
    for (let token = this.peek(); token !== end; token = this.peek()) {
      if (token === ',') this.take()
      else this.member(result)
    }
    return result
  }

  member(target: PlainObject): void {
    const key = this.key()
    const labels: string[] = []
    while (/^["A-Za-z_]/.test(this.peek())) labels.push(this.key())
    const isBlock = this.peek() === '{'
    if (!isBlock && this.peek() !== '=' && this.peek() !== ':') this.fail(`key "${key}" has no value`)
    if (!isBlock) this.take()
    let value = this.value()
    for (const label of labels.toReversed()) value = { [label]: value }
    addMember(target, key, value, isBlock)
  }

  key(): string {
    const token = this.take()
    if (token.startsWith('"')) return unquote(token)
    return /^[A-Za-z_]/.test(token) ? token : this.fail(token === '' ? 'unexpected end' : `unexpected ${token}`)
  }

  value(): unknown {
    const token = this.take()
    if (token === '{') return this.closed(this.members('}'))
    if (token === '[') return this.list()
    if (token.startsWith('"')) return unquote(token)
    if (token.startsWith('<<')) return this.heredoc(token)
    if (token === 'true' || token === 'false') return token === 'true'
    if (/^-?\d/.test(token)) return readNumber(token)
    return this.fail(token === '' ? 'unexpected end' : `unexpected ${token}`)
  }

  closed(value: PlainObject): PlainObject {
    this.take()
    return value
  }

  list(): unknown[] {
    const items: unknown[] = []
    while (this.peek() !== ']') {
      items.push(this.value())
      if (this.peek() === ',') this.take()
      else if (this.peek() !== ']') this.fail('a comma or ] is missing')
    }
    this.take()
    return items
  }

  /** `<<-` takes the smallest indentation away. */
  heredoc(opening: string): string {
    const name = opening.replace(/^<<-?/, '').trim()
    const end = new RegExp(`^[ \\t]*${name}[ \\t]*\\r?$`, 'm').exec(this.text.slice(this.at))
    if (end === null) this.fail(`heredoc ${name} is not closed`)
    const body = this.text.slice(this.at, this.at + end.index)
    this.at += end.index + end[0].length
    if (!opening.startsWith('<<-')) return body
    const indents = body.split('\n').flatMap((line) => (line.trim() === '' ? [] : [/^[ \t]*/.exec(line)![0].length]))
    const indent = indents.length === 0 ? 0 : Math.min(...indents)
    return body.replaceAll(/^[ \t]*/gm, (blanks) => blanks.slice(Math.min(indent, blanks.length)))
  }
}

function readNumber(token: string): number {
  const digits = token.replaceAll('_', '').replace('-', '')
  return (token.startsWith('-') ? -1 : 1) * Number(digits)
}

function addMember(target: PlainObject, key: string, value: unknown, isBlock: boolean): void {
  const existing = Object.hasOwn(target, key) ? target[key] : undefined
  if (!isBlock || existing === undefined) setKey(target, key, value)
  else if (Array.isArray(existing)) existing.push(value)
  else if (isObject(existing) && isObject(value) && isLabelled(existing, value)) Object.assign(existing, value)
  else setKey(target, key, [existing, value])
}

/** Blocks with labels (`data "a" {}`, `data "b" {}`) are members of one object. */
function isLabelled(a: PlainObject, b: PlainObject): boolean {
  const [first, second] = [Object.entries(a), Object.entries(b)]
  return second.length === 1 && isObject(second[0]![1]) && first.every(([key, value]) => isObject(value) && key !== second[0]![0])
}

function unquote(token: string): string {
  try {
    return JSON.parse(token.replaceAll('\t', '\\t')) as string
  } catch {
    return token.slice(1, -1)
  }
}
