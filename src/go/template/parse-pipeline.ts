// What stands in an action becomes a pipeline: commands, their operands, the variables they declare.

import { quote, unquote } from '../quote.ts'
import { type CommandNode, describeNode, type Operand, type PipeNode } from './nodes.ts'
import { readNumber } from './number-literal.ts'
import type { TokenStream } from './token-stream.ts'
import type { TokenKind } from './tokens.ts'

/** Parentheses and blocks within each other. security: the parser and what it builds recurse as deep. */
const MAX_DEPTH = 500
/** What can begin a command. */
const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'rune',
  'complex',
  '.',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-paren',
])
/** Operands that cannot take what the command before them yields. */
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string'])

export class PipelineParser {
  readonly #tokens: TokenStream
  readonly #functions: ReadonlySet<string>
  /** Names that may be used, the latest last. */
  readonly variables = ['$']
  #depth = 0

  constructor(tokens: TokenStream, functions: ReadonlySet<string>) {
    this.#tokens = tokens
    this.#functions = functions
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH) throw this.#tokens.error('max expression depth exceeded')
  }

  leave(): void {
    this.#depth--
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const { at } = this.#tokens.peekNonSpace()
    const declared: string[] = []
    const isAssign = this.#declarations(context, declared)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#tokens.nextNonSpace()
      if (token.kind === end) break
      if (!OPERANDS.has(token.kind)) throw this.#tokens.unexpected(token, context)
      this.#tokens.back(token)
      commands.push(this.#command())
    }
    if (commands.length === 0) throw this.#tokens.error(`missing value for ${context}`)
    const wrong = commands.findIndex(({ args }, index) => index > 0 && NOT_EXECUTABLE.has(args[0]?.kind ?? ''))
    if (wrong > 0) throw this.#tokens.error(`non executable command in pipeline stage ${wrong + 1}`)
    return { kind: 'pipe', at, isAssign, declared, commands }
  }

  /** Reads `$x :=`, `$x =` and `$i, $x :=`; whether it assigns. */
  #declarations(context: string, declared: string[]): boolean {
    while (this.#tokens.peekNonSpace().kind === 'variable') {
      const variable = this.#tokens.next()
      const after = this.#tokens.peek()
      const next = this.#tokens.peekNonSpace()
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#tokens.nextNonSpace()
        this.#declare(variable.text, declared)
        return next.kind === 'assign'
      }
      if (next.kind !== 'char' || next.text !== ',') {
        // the space between them separates operands
        if (after.kind === 'space') this.#tokens.back(after)
        this.#tokens.back(variable)
        return false
      }
      this.#tokens.nextNonSpace()
      this.#declare(variable.text, declared)
      if (context !== 'range' || declared.length >= 2) throw this.#tokens.error(`too many declarations in ${context}`)
      if (!['variable', 'right-delim', 'right-paren'].includes(this.#tokens.peekNonSpace().kind)) {
        throw this.#tokens.error('range can only initialize variables')
      }
    }
    return false
  }

  #declare(name: string, declared: string[]): void {
    declared.push(name)
    this.variables.push(name)
  }

  #command(): CommandNode {
    const { at } = this.#tokens.peekNonSpace()
    const args: Operand[] = []
    for (;;) {
      this.#tokens.peekNonSpace()
      const operand = this.#operand()
      if (operand !== null) args.push(operand)
      const token = this.#tokens.next()
      if (token.kind === 'space') continue
      if (token.kind === 'right-delim' || token.kind === 'right-paren') this.#tokens.back(token)
      else if (token.kind !== 'pipe') throw this.#tokens.unexpected(token, 'operand')
      break
    }
    if (args.length === 0) throw this.#tokens.error('empty command')
    return { kind: 'command', at, args }
  }

  #operand(): Operand | null {
    const operand = this.#term()
    if (operand === null || this.#tokens.peek().kind !== 'field') return operand
    const { at } = this.#tokens.peek()
    const path: string[] = []
    while (this.#tokens.peek().kind === 'field') path.push(this.#tokens.next().text.slice(1))
    if (operand.kind === 'field' || operand.kind === 'variable') return { ...operand, at, path: [...operand.path, ...path] }
    if (NOT_EXECUTABLE.has(operand.kind)) throw this.#tokens.error(`unexpected . after term ${quote(describeNode(operand))}`)
    return { kind: 'chain', at, operand, path }
  }

  #term(): Operand | null {
    const token = this.#tokens.nextNonSpace()
    const { at, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#functions.has(text)) throw this.#tokens.error(`function ${quote(text)} not defined`)
        return { kind: 'identifier', at, name: text }
      case '.':
        return { kind: 'dot', at }
      case 'nil':
        return { kind: 'nil', at }
      case 'variable':
        if (!this.variables.includes(text)) throw this.#tokens.error(`undefined variable ${quote(text)}`)
        return { kind: 'variable', at, path: [text] }
      case 'field':
        return { kind: 'field', at, path: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' }
      case 'rune':
      case 'complex':
      case 'number': {
        const literal = readNumber(text, token.kind)
        if (typeof literal === 'string') throw this.#tokens.error(literal)
        return { kind: 'number', at, literal }
      }
      case 'left-paren':
        return this.#parenthesized()
      case 'string':
      case 'raw-string': {
        const value = unquote(text)
        if (value === null) throw this.#tokens.error('invalid syntax')
        return { kind: 'string', at, source: text, value }
      }
      default:
        this.#tokens.back(token)
        return null
    }
  }

  #parenthesized(): PipeNode {
    this.enter()
    const pipe = this.pipeline('parenthesized pipeline', 'right-paren')
    this.leave()
    return pipe
  }
}
