// Tokens one after the other, with as many taken back as the grammar needs, and the errors that name a place among them.

import { TemplateError } from './errors.ts'
import type { Lexer } from './lex.ts'
import { describeToken, type Token, type TokenKind } from './tokens.ts'

export class TokenStream {
  readonly #file: string
  readonly #lexer: Lexer
  /** Read but not used, the next one last. */
  readonly #pending: Token[] = []
  /** Of the token the lexer gave last: Go's place of errors. */
  #line = 0
  /** Where the action that is being read begins; 0 between actions. */
  actionLine = 0

  constructor(file: string, lexer: Lexer) {
    this.#file = file
    this.#lexer = lexer
  }

  next(): Token {
    const pending = this.#pending.pop()
    if (pending !== undefined) return pending
    const token = this.#lexer.next()
    this.#line = token.line
    return token
  }

  /** Takes a token back. */
  back(token: Token): void {
    this.#pending.push(token)
  }

  peek(): Token {
    const token = this.next()
    this.back(token)
    return token
  }

  nextNonSpace(): Token {
    let token = this.next()
    while (token.kind === 'space') token = this.next()
    return token
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.back(token)
    return token
  }

  expect(kind: TokenKind, context: string): Token {
    const token = this.nextNonSpace()
    if (token.kind !== kind) throw this.unexpected(token, context)
    return token
  }

  error(message: string): TemplateError {
    const [file, line] = [this.#file, this.#line]
    return new TemplateError('parse', `template: ${file}:${line}: ${message}`, { file, line, column: null })
  }

  unexpected(token: Token, context: string): TemplateError {
    if (token.kind !== 'error') return this.error(`unexpected ${describeToken(token)} in ${context}`)
    if (this.actionLine === 0 || this.actionLine === token.line) return this.error(token.text)
    const started = `${token.text.endsWith(' action') ? '' : ' in action'} started at ${this.#file}:${this.actionLine}`
    return this.error(token.text + started)
  }
}
