// Tokens → syntax tree: expressions. Statements and function bodies come from the class that extends this one.

import type { ArithmeticOperator, CompareOperator, Expression, Field, FunctionExpression, Statement } from './ast.ts'
import { LuaSyntaxError } from './errors.ts'
import { Lexer } from './lexer.ts'
import type { Token } from './lexer.ts'
import { parseLiteral } from './parse-number.ts'

/** Binding strength to the left and to the right. */
const BINARY: Readonly<Record<string, readonly [number, number]>> = {
  or: [1, 1],
  and: [2, 2],
  '<': [3, 3],
  '>': [3, 3],
  '<=': [3, 3],
  '>=': [3, 3],
  '==': [3, 3],
  '~=': [3, 3],
  '..': [5, 5],
  '+': [6, 6],
  '-': [6, 6],
  '*': [7, 7],
  '/': [7, 7],
  '%': [7, 7],
  '^': [10, 9],
}
const UNARY = 8
const CONCAT = 5
const COMPARISONS = new Set(['<', '>', '<=', '>=', '==', '~='])
/** security: how deep blocks and expressions may nest; what is deeper would end in an overflow of the JavaScript stack. */
const MAX_DEPTH = 200

export abstract class ExpressionParser {
  protected token: Token
  /** Whether the last prefix expression can be assigned to. */
  protected isVariable = false
  protected depth = 0
  private readonly lexer: Lexer

  constructor(source: string, chunkName: string) {
    this.lexer = new Lexer(source, chunkName)
    this.token = this.lexer.next()
  }

  protected abstract block(): Statement[]
  protected abstract functionBody(line: number, implicit: readonly string[]): FunctionExpression

  protected advance(): Token {
    const { token } = this
    this.token = this.lexer.next()
    return token
  }

  protected accept(type: string): boolean {
    if (this.token.type !== type) return false
    this.advance()
    return true
  }

  protected expect(type: string): Token {
    if (this.token.type !== type) throw this.unexpected()
    return this.advance()
  }

  protected name(): string {
    return this.expect('name').text
  }

  protected error(reason: string): LuaSyntaxError {
    return this.lexer.error(this.token.text, reason)
  }

  protected unexpected(): LuaSyntaxError {
    return this.error('syntax error')
  }

  protected deeper(): void {
    if (++this.depth > MAX_DEPTH) throw this.error('nested too deeply')
  }

  protected expressionList(): Expression[] {
    const list = [this.expression()]
    while (this.accept(',')) list.push(this.expression())
    return list
  }

  protected expression(limit = 0, start: Token | null = null): Expression {
    this.deeper()
    let left = start === null ? this.operand() : this.prefixExpression(start)
    for (;;) {
      const operator = this.token.type
      const strength = BINARY[operator]
      if (strength === undefined || strength[0] <= limit) break
      this.advance()
      left = operator === '..' ? this.concat(left) : this.binary(operator, left, this.expression(strength[1]))
    }
    this.depth--
    return left
  }

  /** Right associative, but read as a list: chains of hundreds of parts are common. */
  private concat(first: Expression): Expression {
    const parts = [first, this.expression(CONCAT)]
    while (this.accept('..')) parts.push(this.expression(CONCAT))
    return { kind: 'concat', parts, line: first.line }
  }

  private binary(operator: string, left: Expression, right: Expression): Expression {
    const { line } = left
    if (operator === 'and' || operator === 'or') return { kind: 'logical', operator, left, right, line }
    if (COMPARISONS.has(operator)) return { kind: 'compare', operator: operator as CompareOperator, left, right, line }
    return { kind: 'arithmetic', operator: operator as ArithmeticOperator, left, right, line }
  }

  private operand(): Expression {
    const { token } = this
    switch (token.type) {
      case '-':
      case 'not':
      case '#': {
        this.advance()
        const operand = this.expression(UNARY)
        return { kind: 'unary', operator: token.type, operand, line: operand.line }
      }
      case 'nil':
      case 'true':
      case 'false':
        this.advance()
        return { kind: token.type, line: token.line }
      case 'number':
        this.advance()
        return { kind: 'number', value: parseLiteral(token.text), line: token.line }
      case 'string':
        this.advance()
        return { kind: 'string', value: token.text, line: token.line }
      case '...':
        this.advance()
        return { kind: 'vararg', isSingle: false, line: token.line }
      case 'function':
        this.advance()
        return this.functionBody(token.line, [])
      case '{':
        return this.table()
      default:
        return this.prefixExpression(null)
    }
  }

  /** A variable, a call, or something in parentheses; `start` is a name that was already read. */
  protected prefixExpression(start: Token | null): Expression {
    let left = this.prefixStart(start)
    for (;;) {
      const { line } = left
      switch (this.token.type) {
        case '[': {
          this.advance()
          const key = this.expression()
          this.expect(']')
          left = { kind: 'index', object: left, key, line }
          this.isVariable = true
          break
        }
        case '.': {
          this.advance()
          const key = this.token
          left = { kind: 'index', object: left, key: { kind: 'string', value: this.name(), line: key.line }, line }
          this.isVariable = true
          break
        }
        case ':': {
          this.advance()
          const method = this.name()
          left = { kind: 'call', target: left, method, args: this.callArguments(), isSingle: false, line }
          this.isVariable = false
          break
        }
        case '(':
        case '{':
        case 'string':
          left = { kind: 'call', target: left, method: null, args: this.callArguments(), isSingle: false, line }
          this.isVariable = false
          break
        default:
          return left
      }
    }
  }

  private prefixStart(start: Token | null): Expression {
    if (start !== null || this.token.type === 'name') {
      const token = start ?? this.advance()
      this.isVariable = true
      return { kind: 'name', name: token.text, line: token.line }
    }
    const { line } = this.expect('(')
    const inner = this.expression()
    this.expect(')')
    if (inner.kind === 'call' || inner.kind === 'vararg') inner.isSingle = true
    inner.line = line
    this.isVariable = false
    return inner
  }

  private callArguments(): Expression[] {
    const { token } = this
    if (token.type === '{') return [this.table()]
    if (token.type === 'string') {
      this.advance()
      return [{ kind: 'string', value: token.text, line: token.line }]
    }
    this.expect('(')
    if (this.accept(')')) return []
    const args = this.expressionList()
    this.expect(')')
    return args
  }

  private table(): Expression {
    const { line } = this.expect('{')
    const fields: Field[] = []
    while (this.token.type !== '}') {
      fields.push(this.field())
      if (this.token.type !== ',' && this.token.type !== ';') break
      // compat: any number of separators.
      while (this.token.type === ',' || this.token.type === ';') this.advance()
    }
    this.expect('}')
    return { kind: 'table', fields, line }
  }

  private field(): Field {
    if (this.accept('[')) {
      const key = this.expression()
      this.expect(']')
      this.expect('=')
      return { key, value: this.expression() }
    }
    if (this.token.type !== 'name') return { key: null, value: this.expression() }
    const name = this.advance()
    if (this.accept('=')) return { key: { kind: 'string', value: name.text, line: name.line }, value: this.expression() }
    return { key: null, value: this.expression(0, name) }
  }
}
