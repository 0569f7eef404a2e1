// The words of a template's actions, and how messages name them.

import { sprintf } from '../format.ts'
import { quote } from '../quote.ts'

export type TokenKind =
  | 'error'
  | 'bool'
  | 'char'
  | 'rune'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'end-of-text'
  | 'field'
  | 'identifier'
  | 'left-delim'
  | 'left-paren'
  | 'number'
  | 'pipe'
  | 'raw-string'
  | 'right-delim'
  | 'right-paren'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | Keyword

export type Keyword = '.' | 'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'range' | 'nil' | 'template' | 'with'

export interface Token {
  readonly kind: TokenKind
  /** Where it begins: an offset in the text. */
  readonly at: number
  /** As written; of an error the message. */
  readonly text: string
  readonly line: number
}

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  '.',
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'nil',
  'template',
  'with',
])

export function isKeyword(word: string): word is Keyword {
  return KEYWORDS.has(word)
}

/** `"abc"`, `<if>`, `EOF` */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'end-of-text') return 'EOF'
  if (kind === 'error') return text
  if (isKeyword(kind)) return `<${text}>`
  return text.length > 10 ? sprintf('%.10q...', [text]) : quote(text)
}
