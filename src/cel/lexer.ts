// An expression's text becomes tokens. What is no token is noted and left out, as cel-go does.

import type { ExpressionIssue } from './issues.ts'

export type TokenKind = 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'identifier' | 'sign' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

/** Tokens that are words; all other words are identifiers. */
const WORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])
const SPACE = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y
const NUMBER = /(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(?:0x[\da-fA-F]+|\d+)([uU])?/y
const WORD = /[A-Za-z_]\w*/y
const SIGN = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y
const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2})`
const QUOTED = new RegExp(
  [
    String.raw`[rR]"""[^]*?"""`,
    String.raw`[rR]'''[^]*?'''`,
    String.raw`[rR]"[^"\n\r]*"`,
    String.raw`[rR]'[^'\n\r]*'`,
    String.raw`"""(?:${ESCAPE}|[^\\])*?"""`,
    String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
    String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`,
    String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
  ].join('|'),
  'y',
)
/** The beginning of a text that does not end, up to the character that could not go on. */
const BROKEN_QUOTED = new RegExp(
  String.raw`"(?:${ESCAPE}|[^\\"\n\r])*(?:\\(?:[xX][\da-fA-F]{0,2}|u[\da-fA-F]{0,4}|U[\da-fA-F]{0,8})?)?[^]?|'(?:${ESCAPE}|[^\\'\n\r])*(?:\\)?[^]?`,
  'y',
)
/** Signs that need a second character. */
const HALF_SIGN = /[=&|][^]?/y

/** All tokens, the last one of kind `end`, and what was no token. */
export function readTokens(text: string): { tokens: Token[]; issues: ExpressionIssue[] } {
  const tokens: Token[] = []
  const issues: ExpressionIssue[] = []
  let at = 0
  const match = (pattern: RegExp, from = at): RegExpExecArray | null => {
    pattern.lastIndex = from
    return pattern.exec(text)
  }
  const add = (kind: TokenKind, length: number): void => {
    tokens.push({ kind, text: text.slice(at, at + length), at })
    at += length
  }
  while (at < text.length) {
    const space = match(SPACE)
    if (space !== null) {
      at += space[0].length
      continue
    }
    const quoted = match(QUOTED)
    const bytes = /[bB]/.test(text.charAt(at)) ? match(QUOTED, at + 1) : null
    const number = match(NUMBER)
    const word = match(WORD)
    if (bytes !== null) add('bytes', bytes[0].length + 1)
    else if (quoted !== null) add('string', quoted[0].length)
    else if (number !== null) add(numberKind(number), number[0].length)
    else if (word !== null) add(WORDS.has(word[0]) ? 'sign' : 'identifier', word[0].length)
    else {
      const sign = match(SIGN)
      if (sign !== null) {
        add('sign', sign[0].length)
        continue
      }
      const part = (match(BROKEN_QUOTED) ?? match(HALF_SIGN))?.[0] ?? String.fromCodePoint(text.codePointAt(at) as number)
      issues.push({ at, message: `Syntax error: token recognition error at: '${part}'` })
      at += part.length
    }
  }
  add('end', 0)
  return { tokens, issues }
}

function numberKind([, double, unsigned]: RegExpExecArray): TokenKind {
  if (double !== undefined) return 'double'
  return unsigned === undefined ? 'int' : 'uint'
}
