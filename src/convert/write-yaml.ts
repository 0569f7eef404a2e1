// A tree as YAML in blocks, with its comments. Texts that could be taken for something else are quoted.

import type { Entry, MapNode, Scalar, Tree } from './tree.ts'

/** What is a text without quotes for every reader of YAML: a name, a path, a URL, some words, a duration. */
const PLAIN = /^(?:[A-Za-z/][\w/.{}+\-@%&=?]*(?::[\w/.{}+\-@%&=?]+)*(?: [\w/.+-]+)*|(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+)$/
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf|_+)$/i
/** Lines that a block may have as they are. */
const BLOCK_TEXT = /^(?! )[\t\u0020-\u007E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFDFF\n]*$/
/** JSON leaves these as they are, YAML does not. */
const UNPRINTABLE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g

export function writeYaml(root: MapNode): string {
  const lines = root.entries.length === 0 ? ['{}'] : writeMap(root, '')
  return `${[...lines, ...comments(root.foot, '')].join('\n')}\n`
}

function writeMap(map: MapNode, indent: string): string[] {
  return map.entries.flatMap((entry) => [
    ...comments(entry.before, indent),
    ...writeValue(`${indent}${quoteKey(entry.key)}:`, entry, indent),
  ])
}

/** `head` is the key with its colon. */
function writeValue(head: string, { value, after }: Entry, indent: string): string[] {
  const behind = after === '' ? '' : ` # ${after}`
  const inner = `${indent}  `
  if ((value.kind === 'map' || value.kind === 'list') && value.entries.length > 0) {
    const lines = value.kind === 'map' ? writeMap(value, inner) : writeList(value.entries, inner)
    return [head + behind, ...lines, ...comments(value.foot, inner)]
  }
  const block = blockOf(value)
  if (block !== null) return [`${head} ${block.mark}${behind}`, ...block.lines.map((line) => (line === '' ? '' : inner + line))]
  return [`${head} ${flow(value)}${behind}`, ...comments(footOf(value), inner)]
}

function writeList(entries: readonly Entry[], indent: string): string[] {
  return entries.flatMap((entry) => {
    const { value, before, after } = entry
    const above = comments(before, indent)
    if (value.kind === 'map' && value.entries.length > 0) {
      // `- key: value`: the first member stands behind the dash, its comment above it
      const [first] = value.entries
      const lifted = comments(first?.before ?? [], indent)
      const bare = { ...value, entries: value.entries.map((member, index) => (index === 0 ? { ...member, before: [] } : member)) }
      const [head = '', ...rest] = writeMap(bare, `${indent}  `)
      const own = after === '' ? [] : comments([after], indent)
      return [...above, ...own, ...lifted, `${indent}- ${head.trimStart()}`, ...rest, ...comments(value.foot, `${indent}  `)]
    }
    return [...above, ...writeValue(`${indent}-`, entry, indent)]
  })
}

function footOf(value: Tree): readonly string[] {
  return value.kind === 'map' || value.kind === 'list' ? value.foot : []
}

function comments(lines: readonly string[], indent: string): string[] {
  return lines.map((line) => (line === '' ? `${indent}#` : `${indent}# ${line}`))
}

function flow(value: Tree): string {
  if (value.kind === 'map') return '{}'
  if (value.kind === 'list') return '[]'
  return scalar(value)
}

function scalar(value: Scalar): string {
  switch (value.kind) {
    case 'text':
      return quote(value.text)
    case 'number':
      return numberText(value.digits)
    case 'flag':
      return String(value.isSet)
    case 'null':
      return 'null'
  }
}

function numberText(digits: string): string {
  if (/^-?\d/.test(digits)) return digits
  if (digits === 'NaN') return '.nan'
  return digits.startsWith('-') ? '-.inf' : '.inf'
}

/** A text of several lines as a block, where a block can say it. */
function blockOf(value: Tree): { mark: string; lines: string[] } | null {
  if (value.kind !== 'text' || !value.text.slice(0, -1).includes('\n') || !BLOCK_TEXT.test(value.text)) return null
  const body = value.text.replace(/\n+$/, '')
  if (body === '' || body.startsWith('\n') || /[ \t]$/m.test(body)) return null
  const ends = value.text.length - body.length
  const mark = ends === 0 ? '|-' : ends === 1 ? '|' : '|+'
  return { mark, lines: [...body.split('\n'), ...Array<string>(Math.max(0, ends - 1)).fill('')] }
}

function quoteKey(key: string): string {
  return quote(key)
}

function quote(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text
  return JSON.stringify(text).replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
