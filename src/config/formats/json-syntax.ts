// Where a file is no JSON, why, and what to do. Runs only after a parser has failed.

import { findSyntaxError } from '../../json/syntax.ts'
import { positionsOf } from '../../schema/positions.ts'
import { FormatError } from './format-error.ts'

/** Null for JSON: what JSON.parse refuses always has an error. */
export function describeSyntaxError(text: string): FormatError | null {
  const bytes = Buffer.from(text, 'utf8')
  const found = findSyntaxError(bytes)
  if (found === null) return null
  const { message, offset, context } = found
  const at = bytes.toString('utf8', 0, offset).length
  return new FormatError(message, positionsOf(text)(at), hintFor(context, text, at))
}

function hintFor(context: string | null, text: string, at: number): string {
  switch (at < text.length ? context : null) {
    case null:
      return text.trim() === '' ? 'the file is empty' : 'a bracket or quote is not closed'
    case 'looking for beginning of value':
    case 'looking for beginning of object key string':
      return hintForValue(text, at)
    case 'after object key:value pair':
    case 'after array element':
      return 'a comma is missing before this'
    case 'in string literal':
      return 'a quote is not closed'
    default:
      return ''
  }
}

function hintForValue(text: string, at: number): string {
  const character = text[at]
  if (character === '\uFEFF') return 'the file begins with a byte order mark: save it as UTF-8 without BOM'
  if (character === '/' || character === '#') return 'JSON has no comments: use a key such as "@comment"'
  if (character === "'") return 'JSON texts stand in double quotes'
  if ((character === '}' || character === ']') && text.slice(0, at).trimEnd().endsWith(',')) return 'remove the comma before this'
  return ''
}
