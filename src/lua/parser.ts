// Tokens → syntax tree: statements. Fails at the same token and with the same text as gopher-lua's parser.

import type { Call, Expression, FunctionExpression, Statement } from './ast.ts'
import { ExpressionParser } from './parse-expression.ts'

const BLOCK_ENDS = new Set(['eof', 'end', 'else', 'elseif', 'until'])

export class Parser extends ExpressionParser {
  chunk(): Statement[] {
    const body = this.block()
    if (this.token.type !== 'eof') throw this.unexpected()
    return body
  }

  protected override block(): Statement[] {
    this.deeper()
    const body: Statement[] = []
    while (!BLOCK_ENDS.has(this.token.type)) {
      if (this.accept(';')) continue
      if (this.token.type === 'return' || this.token.type === 'break') {
        body.push(this.last())
        this.accept(';')
        break
      }
      body.push(this.statement())
    }
    this.depth--
    return body
  }

  private last(): Statement {
    const { type, line } = this.token
    this.advance()
    if (type === 'break') return { kind: 'break', line }
    const isBare = BLOCK_ENDS.has(this.token.type) || this.token.type === ';'
    return { kind: 'return', values: isBare ? [] : this.expressionList(), line }
  }

  private statement(): Statement {
    const { type, line } = this.token
    switch (type) {
      case 'do': {
        this.advance()
        const body = this.block()
        return { kind: 'do', body, line, lastLine: this.expect('end').line }
      }
      case 'while': {
        this.advance()
        const condition = this.expression()
        this.expect('do')
        const body = this.block()
        return { kind: 'while', condition, body, line, lastLine: this.expect('end').line }
      }
      case 'repeat': {
        this.advance()
        const body = this.block()
        this.expect('until')
        const condition = this.expression()
        return { kind: 'repeat', condition, body, line, lastLine: condition.line }
      }
      case 'if':
        return this.ifStatement()
      case 'for':
        return this.forStatement()
      case 'function':
        return this.functionStatement()
      case 'local':
        return this.localStatement()
      case '::': {
        this.advance()
        const name = this.name()
        this.expect('::')
        return { kind: 'label', name, line }
      }
      case 'goto':
        this.advance()
        return { kind: 'goto', label: this.name(), line }
      default:
        return this.expressionStatement()
    }
  }

  private ifStatement(): Statement {
    const { line } = this.token
    const clauses = []
    do {
      this.advance()
      const condition = this.expression()
      this.expect('then')
      clauses.push({ condition, body: this.block() })
    } while (this.token.type === 'elseif')
    const otherwise = this.accept('else') ? this.block() : []
    return { kind: 'if', clauses, otherwise, line, lastLine: this.expect('end').line }
  }

  private forStatement(): Statement {
    const { line } = this.token
    this.advance()
    const first = this.name()
    if (this.accept('=')) {
      const from = this.expression()
      this.expect(',')
      const to = this.expression()
      const step = this.accept(',') ? this.expression() : null
      this.expect('do')
      const body = this.block()
      return { kind: 'numeric-for', name: first, from, to, step, body, line, lastLine: this.expect('end').line }
    }
    const names = [first]
    while (this.accept(',')) names.push(this.name())
    this.expect('in')
    const values = this.expressionList()
    this.expect('do')
    const body = this.block()
    return { kind: 'generic-for', names, values, body, line, lastLine: this.expect('end').line }
  }

  private functionStatement(): Statement {
    const { line } = this.token
    this.advance()
    const start = this.token
    let target: Expression = { kind: 'name', name: this.name(), line: start.line }
    while (this.accept('.')) {
      const key = this.token
      target = { kind: 'index', object: target, key: { kind: 'string', value: this.name(), line: key.line }, line: key.line }
    }
    if (!this.accept(':')) {
      const value = this.functionBody(this.token.line, [])
      return { kind: 'assign', targets: [target], values: [value], line, lastLine: value.lastLine }
    }
    const name = this.name()
    const value = this.functionBody(this.token.line, ['self'])
    return { kind: 'method', receiver: target, name, value, line, lastLine: value.lastLine }
  }

  private localStatement(): Statement {
    const { line } = this.token
    this.advance()
    if (this.accept('function')) {
      const name = this.name()
      const value = this.functionBody(this.token.line, [])
      return { kind: 'local', names: [name], values: [value], line, lastLine: value.lastLine }
    }
    const names = [this.name()]
    while (this.accept(',')) names.push(this.name())
    return { kind: 'local', names, values: this.accept('=') ? this.expressionList() : [], line }
  }

  private expressionStatement(): Statement {
    const first = this.prefixExpression(null)
    if (this.isVariable && (this.token.type === '=' || this.token.type === ',')) return this.assignment(first)
    if (first.kind !== 'call') throw this.error('parse error')
    return { kind: 'call', call: first satisfies Call, line: first.line }
  }

  private assignment(first: Expression): Statement {
    const targets = [first]
    while (this.accept(',')) {
      const target = this.prefixExpression(null)
      if (!this.isVariable) throw this.unexpected()
      targets.push(target)
    }
    this.expect('=')
    return { kind: 'assign', targets, values: this.expressionList(), line: first.line }
  }

  protected override functionBody(line: number, implicit: readonly string[]): FunctionExpression {
    this.expect('(')
    const parameters = [...implicit]
    let isVararg = false
    if (this.token.type !== ')') {
      do {
        if (this.accept('...')) {
          isVararg = true
          break
        }
        parameters.push(this.name())
      } while (this.accept(','))
    }
    this.expect(')')
    const body = this.block()
    return { kind: 'function', parameters, isVararg, body, line, lastLine: this.expect('end').line }
  }
}
