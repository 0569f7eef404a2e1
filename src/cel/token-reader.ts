// Walks over the tokens of an expression and words what does not belong there, as cel-go's parser does.

import { ExpressionError } from './issues.ts'
import type { ExpressionIssue } from './issues.ts'
import { readTokens } from './lexer.ts'
import type { Token } from './lexer.ts'

/** security: deeper texts would take the stack of whoever walks the tree; the number is cel-go's. */
const MAX_DEPTH = 250
/** Where an expression may begin, in the words of the grammar. */
const STARTS = "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
const STARTING_SIGNS = new Set(['[', '{', '(', '.', '-', '!', 'true', 'false', 'null'])

/** Ends the reading at the first place that makes no sense; the issue is noted before. */
export class SyntaxStop extends Error {}

/** Rules that contain themselves. */
export type Rule = 'expression' | 'relation' | 'sum' | 'member'

export class TokenReader {
  readonly text: string
  readonly issues: ExpressionIssue[]
  readonly #tokens: readonly Token[]
  #next = 0
  readonly #depths: Record<Rule, number> = { expression: 0, relation: 0, sum: 0, member: 0 }

  constructor(text: string) {
    const { tokens, issues } = readTokens(text)
    this.text = text
    this.issues = issues
    this.#tokens = tokens
  }

  get peek(): Token {
    return this.#tokens[this.#next] as Token
  }

  /** The token behind the next one. */
  get second(): Token {
    return this.#tokens[this.#next + 1] ?? this.peek
  }

  take(): Token {
    const token = this.peek
    if (token.kind !== 'end') this.#next++
    return token
  }

  is(sign: string): boolean {
    return isSign(this.peek, sign)
  }

  takeIf(sign: string): Token | null {
    return this.is(sign) ? this.take() : null
  }

  /** Notes that a rule is open once more; `leave` undoes that many. */
  enter(rule: Rule): void {
    if (++this.#depths[rule] <= MAX_DEPTH) return
    throw new ExpressionError('parse', this.text, [{ at: -1, message: `expression recursion limit exceeded: ${MAX_DEPTH}` }])
  }

  leave(rule: Rule, times = 1): void {
    this.#depths[rule] -= times
  }

  note(at: number, message: string): void {
    this.issues.push({ at, message })
  }

  /** A closing sign or a colon that stands alone in what may follow. */
  expect(sign: string): Token {
    const found = this.takeIf(sign)
    if (found !== null) return found
    // The parser supposes a sign that was forgotten where what follows would go on.
    if (sign === ')' || sign === ']' || (sign === ':' && this.startsExpression(this.peek))) {
      if (this.peek.kind === 'end' || sign === ':') this.#refuse(`missing '${sign}' at ${this.show(this.peek)}`)
    }
    this.#refuse(`mismatched input ${this.show(this.peek)} expecting '${sign}'`)
  }

  /** The end of a list: `closing`, or a comma that was not there. */
  expectEndOfList(closing: string, wasComma: boolean): void {
    if (this.takeIf(closing) !== null) return
    const shown = this.show(this.peek)
    if (wasComma) this.#refuse(`mismatched input ${shown} expecting '${closing}'`)
    if (closing === ')') this.expect(closing)
    const isExtra = isSign(this.second, closing) || isSign(this.second, ',')
    this.#refuse(`${isExtra ? 'extraneous' : 'mismatched'} input ${shown} expecting {'${closing}', ','}`)
  }

  /** Everything was read, but for what comes now. */
  refuseRest(): never {
    const isLast = this.second.kind === 'end'
    this.#refuse(`${isLast ? 'extraneous' : 'mismatched'} input ${this.show(this.peek)} expecting <EOF>`)
  }

  /** No expression begins here. A sign too many is noted and left out. `extra` is another sign that may stand here. */
  skipToStart(extra: string): void {
    if (this.startsExpression(this.peek)) return
    const shown = this.show(this.peek)
    const expected = ["'['", "'{'", "'('", ...(extra === ')' ? ["')'"] : []), "'.'", "'-'", "'!'", ...(extra === '?' ? ["'?'"] : [])].join(
      ', ',
    )
    if (this.peek.kind === 'end' || !this.startsExpression(this.second)) {
      this.#refuse(`mismatched input ${shown} expecting {${expected}, ${STARTS}`)
    }
    this.note(this.peek.at, `Syntax error: extraneous input ${shown} expecting {${expected}, ${STARTS}`)
    this.take()
  }

  /** What was read since `from` goes on in no way. */
  refuseInput(from: Token): never {
    const { kind, text } = this.peek
    this.#refuse(`no viable alternative at input '${from.text}${kind === 'end' ? '' : text}'`)
  }

  refuseName(): never {
    this.#refuse(`mismatched input ${this.show(this.peek)} expecting IDENTIFIER`)
  }

  startsExpression({ kind, text }: Token): boolean {
    return kind === 'sign' ? STARTING_SIGNS.has(text) : kind !== 'end'
  }

  show({ kind, text }: Token): string {
    return kind === 'end' ? "'<EOF>'" : `'${text}'`
  }

  #refuse(message: string): never {
    this.note(this.peek.at, `Syntax error: ${message}`)
    throw new SyntaxStop()
  }
}

function isSign({ kind, text }: Token, sign: string): boolean {
  return kind === 'sign' && text === sign
}
