// Tokens become the trees of a file: the main template and what it defines. Messages are Go's.

import { quote, unquote } from '../quote.ts'
import { Lexer } from './lex.ts'
import { type BranchNode, isEmpty, type Node, type TemplateNode, type Tree } from './nodes.ts'
import { PipelineParser } from './parse-pipeline.ts'
import { TokenStream } from './token-stream.ts'

interface Shared {
  readonly file: string
  readonly text: string
  readonly functions: ReadonlySet<string>
  readonly lexer: Lexer
  readonly trees: Map<string, Tree>
}

type Ending = { readonly kind: 'end' } | { readonly kind: 'else'; readonly at: number }

/** The templates of a file by name: its own and those it defines. Throws a TemplateError. */
export function parseFile(name: string, text: string, functions: ReadonlySet<string>): ReadonlyMap<string, Tree> {
  const lexer = new Lexer(text, { breaks: !functions.has('break'), continues: !functions.has('continue') })
  const trees = new Map<string, Tree>()
  new TreeParser({ file: name, text, functions, lexer, trees }).parseMain()
  return trees
}

class TreeParser {
  readonly #shared: Shared
  readonly #tokens: TokenStream
  readonly #pipelines: PipelineParser
  #rangeDepth = 0

  constructor(shared: Shared) {
    this.#shared = shared
    this.#tokens = new TokenStream(shared.file, shared.lexer)
    this.#pipelines = new PipelineParser(this.#tokens, shared.functions)
  }

  parseMain(): void {
    const nodes: Node[] = []
    while (this.#tokens.peek().kind !== 'end-of-text') {
      if (this.#tokens.peek().kind === 'left-delim') {
        const delim = this.#tokens.next()
        const word = this.#tokens.nextNonSpace()
        if (word.kind === 'define') {
          new TreeParser(this.#shared).#parseDefinition()
          continue
        }
        this.#tokens.back(word)
        this.#tokens.back(delim)
      }
      const node = this.#textOrAction()
      if (node.kind === 'end' || node.kind === 'else') throw this.#tokens.error(`unexpected {{${node.kind}}}`)
      nodes.push(node)
    }
    this.#add(this.#shared.file, nodes)
  }

  #parseDefinition(): void {
    const name = this.#readName('define clause')
    this.#tokens.expect('right-delim', 'define clause')
    const { nodes, ending } = this.#list()
    if (ending.kind !== 'end') throw this.#tokens.error('unexpected {{else}} in define clause')
    this.#add(name, nodes)
  }

  #add(name: string, nodes: readonly Node[]): void {
    const { file, text, trees } = this.#shared
    const old = trees.get(name)
    if (old === undefined || isEmpty(old.nodes)) trees.set(name, { name, file, text, nodes })
    else if (!isEmpty(nodes)) throw this.#tokens.error(`template: multiple definition of template ${quote(name)}`)
  }

  #readName(context: string): string {
    const token = this.#tokens.nextNonSpace()
    if (token.kind !== 'string' && token.kind !== 'raw-string') throw this.#tokens.unexpected(token, context)
    const name = unquote(token.text)
    if (name === null) throw this.#tokens.error('invalid syntax')
    return name
  }

  #list(): { nodes: Node[]; ending: Ending } {
    const nodes: Node[] = []
    while (this.#tokens.peekNonSpace().kind !== 'end-of-text') {
      const node = this.#textOrAction()
      if (node.kind === 'end' || node.kind === 'else') return { nodes, ending: node }
      nodes.push(node)
    }
    throw this.#tokens.error('unexpected EOF')
  }

  #textOrAction(): Node | Ending {
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text }
    if (token.kind !== 'left-delim') throw this.#tokens.unexpected(token, 'input')
    this.#tokens.actionLine = token.line
    try {
      return this.#action()
    } finally {
      this.#tokens.actionLine = 0
    }
  }

  #action(): Node | Ending {
    const token = this.#tokens.nextNonSpace()
    switch (token.kind) {
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#loopExit(token.kind, token.at)
      case 'else':
        return this.#else()
      case 'end':
        this.#tokens.expect('right-delim', 'end')
        return { kind: 'end' }
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind)
      case 'template':
        return this.#template()
      default: {
        this.#tokens.back(token)
        return { kind: 'action', at: token.at, pipe: this.#pipelines.pipeline('command', 'right-delim') }
      }
    }
  }

  #loopExit(kind: 'break' | 'continue', at: number): Node {
    const token = this.#tokens.nextNonSpace()
    if (token.kind !== 'right-delim') throw this.#tokens.unexpected(token, `{{${kind}}}`)
    if (this.#rangeDepth === 0) throw this.#tokens.error(`{{${kind}}} outside {{range}}`)
    return { kind, at }
  }

  #else(): Ending {
    const token = this.#tokens.peekNonSpace()
    if (token.kind !== 'if' && token.kind !== 'with') this.#tokens.expect('right-delim', 'else')
    return { kind: 'else', at: token.at }
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    this.#pipelines.enter()
    const { variables } = this.#pipelines
    const visible = variables.length
    const pipe = this.#pipelines.pipeline(kind, 'right-delim')
    if (kind === 'range') this.#rangeDepth++
    const { nodes, ending } = this.#list()
    if (kind === 'range') this.#rangeDepth--
    const otherwise = ending.kind === 'end' ? null : this.#otherwise(kind)
    variables.length = visible
    this.#pipelines.leave()
    return { kind, at: pipe.at, pipe, body: nodes, otherwise }
  }

  #otherwise(kind: BranchNode['kind']): readonly Node[] {
    if (kind !== 'range' && this.#tokens.peek().kind === kind) {
      this.#tokens.next()
      return [this.#branch(kind)]
    }
    const { nodes, ending } = this.#list()
    if (ending.kind !== 'end') throw this.#tokens.error('expected end; found {{else}}')
    return nodes
  }

  #block(): TemplateNode {
    const { at } = this.#tokens.peekNonSpace()
    const name = this.#readName('block clause')
    const pipe = this.#pipelines.pipeline('block clause', 'right-delim')
    const inner = new TreeParser(this.#shared)
    const { nodes, ending } = inner.#list()
    if (ending.kind !== 'end') throw this.#tokens.error('unexpected {{else}} in block clause')
    inner.#add(name, nodes)
    return { kind: 'template', at, name, pipe }
  }

  #template(): TemplateNode {
    const { at } = this.#tokens.peekNonSpace()
    const name = this.#readName('template clause')
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'right-delim') return { kind: 'template', at, name, pipe: null }
    this.#tokens.back(token)
    return { kind: 'template', at, name, pipe: this.#pipelines.pipeline('template clause', 'right-delim') }
  }
}
