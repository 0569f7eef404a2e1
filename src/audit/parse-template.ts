// A format template becomes a tree: texts, values, `range`, `if`. Knows the names of functions, not what they do.

import { type Action, parseError, splitTemplate, type Word } from './template-tokens.ts'

export type Operand = Extract<Word, { kind: 'field' | 'text' }>

export interface Command {
  /** Null: the value of the only operand. */
  readonly name: string | null
  readonly operands: readonly Operand[]
}

/** Commands, each of which gets the value of the one before as its last operand. */
export interface Pipeline {
  readonly commands: readonly Command[]
  readonly line: number
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly pipeline: Pipeline }
  | { readonly kind: 'range' | 'if'; readonly pipeline: Pipeline; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }

/** What Go's templates have besides; said by name, so that nobody looks for a typing error. */
const UNSUPPORTED = new Set(['with', 'define', 'template', 'block', 'break', 'continue'])

interface Block {
  readonly kind: 'range' | 'if'
  readonly pipeline: Pipeline
  readonly body: Node[]
  readonly otherwise: Node[]
  hasElse: boolean
}

/** Reads a template whose functions are those named. Throws a TemplateError. */
export function parseTemplate(template: string, functions: ReadonlySet<string>): readonly Node[] {
  const root: Node[] = []
  const open: Block[] = []
  for (const piece of splitTemplate(template)) {
    const block = open.at(-1)
    const target = block === undefined ? root : block.hasElse ? block.otherwise : block.body
    if (typeof piece === 'string') {
      target.push({ kind: 'text', text: piece })
      continue
    }
    const keyword = keywordOf(piece)
    if (keyword === 'range' || keyword === 'if') open.push(openBlock(keyword, piece, functions))
    else if (keyword === 'else') turnToElse(block, piece)
    else if (keyword === 'end') closeBlock(open, root, piece)
    else target.push({ kind: 'value', pipeline: readPipeline(piece, piece.words, functions) })
  }
  if (open.length > 0) throw parseError(lastLine(template), `unexpected EOF: {{ ${open.at(-1)?.kind} }} has no {{ end }}`)
  return root
}

function keywordOf({ words, line, source }: Action): string | null {
  const [first] = words
  if (first?.kind !== 'name') return null
  if (UNSUPPORTED.has(first.source)) throw parseError(line, `"${first.source}" is not supported, in ${source}`)
  return first.source
}

function openBlock(kind: Block['kind'], action: Action, functions: ReadonlySet<string>): Block {
  return { kind, pipeline: readPipeline(action, action.words.slice(1), functions), body: [], otherwise: [], hasElse: false }
}

function turnToElse(block: Block | undefined, { words, line, source }: Action): void {
  if (block === undefined || block.hasElse) throw parseError(line, `unexpected {{else}}, in ${source}`)
  if (words.length > 1) throw parseError(line, `"else" stands alone here, in ${source}`)
  block.hasElse = true
}

function closeBlock(open: Block[], root: Node[], { words, line, source }: Action): void {
  const block = open.pop()
  if (block === undefined) throw parseError(line, `unexpected {{end}}, in ${source}`)
  if (words.length > 1) throw parseError(line, `"end" stands alone, in ${source}`)
  const parent = open.at(-1)
  const target = parent === undefined ? root : parent.hasElse ? parent.otherwise : parent.body
  target.push({ kind: block.kind, pipeline: block.pipeline, body: block.body, otherwise: block.otherwise })
}

function readPipeline(action: Action, words: readonly Word[], functions: ReadonlySet<string>): Pipeline {
  const parts: Word[][] = [[]]
  for (const word of words) {
    if (word.kind === 'pipe') parts.push([])
    else parts.at(-1)?.push(word)
  }
  return { commands: parts.map((part, index) => readCommand(action, part, index === 0, functions)), line: action.line }
}

function readCommand({ line, source }: Action, words: readonly Word[], isFirst: boolean, functions: ReadonlySet<string>): Command {
  const [head, ...rest] = words
  if (head === undefined) throw parseError(line, `missing value for command, in ${source}`)
  if (head.kind === 'name') {
    if (!functions.has(head.source)) throw parseError(line, `function "${head.source}" not defined, in ${source}`)
    const stray = rest.find((word) => word.kind === 'name')
    if (stray !== undefined) throw parseError(line, `unexpected "${stray.source}" after "${head.source}", in ${source}`)
    return { name: head.source, operands: rest.filter(isOperand) }
  }
  if (!isFirst) throw parseError(line, `non executable command in pipeline: ${head.source}, in ${source}`)
  if (rest.length > 0) throw parseError(line, `can't give argument to non-function ${head.source}, in ${source}`)
  return { name: null, operands: [head].filter(isOperand) }
}

function isOperand(word: Word): word is Operand {
  return word.kind === 'field' || word.kind === 'text'
}

function lastLine(template: string): number {
  return template.split('\n').length
}
