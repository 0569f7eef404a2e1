// Tokens become a tree, by cel-go's grammar. Knows nothing of types.

import { countRunes } from '../go/text.ts'
import { qualifiedName } from './ast.ts'
import type { Node } from './ast.ts'
import { ExpressionError } from './issues.ts'
import type { Token } from './lexer.ts'
import { readBytes, readDouble, readInt, readText, readUint } from './literals.ts'
import { expandMacro } from './macros.ts'
import { SyntaxStop, TokenReader } from './token-reader.ts'

/** Code points; cel-go's limit. */
const MAX_LENGTH = 100_000
const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(' '),
)
const RELATIONS = new Map([
  ['<', '_<_'],
  ['<=', '_<=_'],
  ['>=', '_>=_'],
  ['>', '_>_'],
  ['==', '_==_'],
  ['!=', '_!=_'],
  ['in', '@in'],
])
const PRODUCTS = new Set(['*', '/', '%'])
const SUMS = new Set(['+', '-'])

/** The tree of an expression. Throws an ExpressionError. */
export function parse(text: string): Node {
  const length = text.length > MAX_LENGTH ? countRunes(text) : 0
  if (length > MAX_LENGTH) {
    const message = `expression code point size exceeds limit: size: ${length}, limit ${MAX_LENGTH}`
    throw new ExpressionError('parse', '', [{ at: -1, message }])
  }
  const reader = new TokenReader(text)
  let tree: Node | null = null
  try {
    tree = readExpression(reader)
    if (reader.peek.kind !== 'end') reader.refuseRest()
  } catch (error) {
    if (!(error instanceof SyntaxStop)) throw error
  }
  if (tree === null || reader.issues.length > 0) throw new ExpressionError('parse', text, reader.issues)
  return tree
}

function readExpression(reader: TokenReader, extra = ''): Node {
  reader.enter('expression')
  reader.skipToStart(extra)
  let node = readOr(reader)
  const question = reader.takeIf('?')
  if (question !== null) {
    reader.skipToStart('')
    const whenTrue = readOr(reader)
    reader.expect(':')
    node = callOf('_?_:_', question.at, [node, whenTrue, readExpression(reader)])
  }
  reader.leave('expression')
  return node
}

function readOr(reader: TokenReader): Node {
  return readLogical(reader, '||', '_||_', () => readLogical(reader, '&&', '_&&_', () => readRelation(reader)))
}

/** Operands of one kind of sign stand in one call, however many they are. */
function readLogical(reader: TokenReader, sign: string, name: string, readOperand: () => Node): Node {
  const first = readOperand()
  const { at } = reader.peek
  const operands = [first]
  while (reader.takeIf(sign) !== null) {
    reader.skipToStart('')
    operands.push(readOperand())
  }
  return operands.length === 1 ? first : callOf(name, at, operands)
}

function readRelation(reader: TokenReader): Node {
  reader.enter('relation')
  let opened = 1
  let node = readSum(reader)
  for (;;) {
    const name = reader.peek.kind === 'sign' ? RELATIONS.get(reader.peek.text) : undefined
    if (name === undefined) break
    const { at } = reader.take()
    reader.skipToStart('')
    reader.enter('relation')
    opened++
    node = callOf(name, at, [node, readSum(reader)])
  }
  reader.leave('relation', opened)
  return node
}

/** Sums and products are one rule of the grammar. */
function readSum(reader: TokenReader): Node {
  reader.enter('sum')
  const node = readBinary(reader, SUMS, () => readBinary(reader, PRODUCTS, () => readUnary(reader)))
  reader.leave('sum')
  return node
}

function readBinary(reader: TokenReader, signs: ReadonlySet<string>, readOperand: () => Node): Node {
  let opened = 0
  let node = readOperand()
  while (reader.peek.kind === 'sign' && signs.has(reader.peek.text)) {
    const { at, text } = reader.take()
    reader.skipToStart('')
    reader.enter('sum')
    opened++
    node = callOf(`_${text}_`, at, [node, readOperand()])
  }
  reader.leave('sum', opened)
  return node
}

function readUnary(reader: TokenReader): Node {
  const { peek } = reader
  if (peek.kind !== 'sign' || (peek.text !== '!' && peek.text !== '-')) return readMember(reader, null)
  if (isMinusOfNumber(reader)) return readMember(reader, reader.take())
  let count = 0
  while (reader.takeIf(peek.text) !== null) count++
  if (reader.peek.kind === 'end' && peek.text === '-') reader.refuseInput(peek)
  const operand = readMember(reader, peek.text === '!' && isMinusOfNumber(reader) ? reader.take() : null)
  return count % 2 === 0 ? operand : callOf(peek.text === '!' ? '!_' : '-_', peek.at, [operand])
}

function isMinusOfNumber(reader: TokenReader): boolean {
  return reader.is('-') && (reader.second.kind === 'int' || reader.second.kind === 'double')
}

/** `minus` is the sign of a number. */
function readMember(reader: TokenReader, minus: Token | null): Node {
  reader.enter('member')
  let opened = 1
  let node = readPrimary(reader, minus)
  for (;;) {
    const dot = reader.takeIf('.')
    const bracket = dot === null ? reader.takeIf('[') : null
    if (dot !== null) node = readSelect(reader, node, dot)
    else if (bracket !== null) node = readIndex(reader, node, bracket)
    else if (reader.is('{') && qualifiedName(node) !== null) node = readMessage(reader, node)
    else break
    reader.enter('member')
    opened++
  }
  reader.leave('member', opened)
  return node
}

function readSelect(reader: TokenReader, operand: Node, dot: Token): Node {
  const optional = reader.takeIf('?')
  if (optional !== null) {
    reader.note(dot.at, "unsupported syntax '.?'")
    if (reader.peek.kind !== 'identifier') reader.refuseName()
  }
  if (reader.peek.kind !== 'identifier') {
    if (/^\w/.test(reader.peek.text) && !reader.is('in')) reader.refuseName()
    reader.refuseInput(dot)
  }
  const { text: field } = reader.take()
  const open = reader.takeIf('(')
  if (open === null) return { kind: 'select', operand, field, isTest: false, at: dot.at }
  return expandMacro(reader, { kind: 'call', name: field, target: operand, args: readArguments(reader), at: open.at })
}

function readIndex(reader: TokenReader, operand: Node, bracket: Token): Node {
  if (reader.takeIf('?') !== null) reader.note(bracket.at, "unsupported syntax '[?'")
  const index = readExpression(reader, '?')
  reader.expect(']')
  return callOf('_[_]', bracket.at, [operand, index])
}

function readArguments(reader: TokenReader): Node[] {
  if (reader.takeIf(')') !== null) return []
  const args = [readExpression(reader, ')')]
  while (reader.takeIf(',') !== null) args.push(readExpression(reader))
  reader.expectEndOfList(')', false)
  return args
}

function readMessage(reader: TokenReader, node: Node): Node {
  const { at } = reader.take()
  const fields: { name: string; value: Node; at: number }[] = []
  let wasComma = false
  while (reader.peek.kind === 'identifier') {
    const { text: name } = reader.take()
    const colon = reader.expect(':')
    fields.push({ name, value: readExpression(reader), at: colon.at })
    wasComma = reader.takeIf(',') !== null
    if (!wasComma) break
  }
  reader.expectEndOfList('}', wasComma)
  return { kind: 'message', name: qualifiedName(node) as string, fields, at }
}

function readPrimary(reader: TokenReader, minus: Token | null): Node {
  reader.skipToStart('')
  const token = reader.take()
  if (token.kind === 'sign') {
    if (token.text === '(') {
      const inner = readExpression(reader)
      reader.expect(')')
      return inner
    }
    if (token.text === '[') return readList(reader, token)
    if (token.text === '{') return readMap(reader, token)
    if (token.text === '.') {
      if (reader.peek.kind !== 'identifier') reader.refuseInput(token)
      return readIdentifier(reader, reader.take(), '.')
    }
    if (token.text === 'null') return { kind: 'literal', value: null, at: token.at }
    if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true', at: token.at }
    return reader.refuseInput(token)
  }
  return token.kind === 'identifier' ? readIdentifier(reader, token, '') : readLiteral(reader, token, minus)
}

function readIdentifier(reader: TokenReader, { text, at }: Token, dot: string): Node {
  const open = reader.takeIf('(')
  if (open === null && RESERVED.has(text)) reader.note(at, `reserved identifier: ${text}`)
  if (open === null) return { kind: 'identifier', name: dot + text, at }
  if (RESERVED.has(text)) reader.note(at, `reserved identifier: ${text}`)
  return expandMacro(reader, { kind: 'call', name: dot + text, target: null, args: readArguments(reader), at: open.at })
}

function readList(reader: TokenReader, { at }: Token): Node {
  const elements: Node[] = []
  let wasComma = reader.is(',') && reader.take() !== null
  while (!wasComma || elements.length > 0) {
    if (reader.is(']') || (wasComma && reader.is(','))) break
    if (reader.is('?')) reader.note(reader.take().at, "unsupported syntax '?'")
    elements.push(readExpression(reader))
    wasComma = reader.takeIf(',') !== null
    if (!wasComma) break
  }
  reader.expectEndOfList(']', wasComma)
  return { kind: 'list', elements, at }
}

function readMap(reader: TokenReader, { at }: Token): Node {
  const entries: { key: Node; value: Node }[] = []
  let wasComma = reader.is(',') && reader.take() !== null
  while (!wasComma || entries.length > 0) {
    if (reader.is('}') || (wasComma && reader.is(','))) break
    if (reader.is('?')) reader.note(reader.take().at, "unsupported syntax '?'")
    const key = readExpression(reader)
    reader.expect(':')
    entries.push({ key, value: readExpression(reader) })
    wasComma = reader.takeIf(',') !== null
    if (!wasComma) break
  }
  reader.expectEndOfList('}', wasComma)
  return { kind: 'map', entries, at }
}

function readLiteral(reader: TokenReader, { kind, text, at }: Token, minus: Token | null): Node {
  const start = minus?.at ?? at
  const refuse = (message: string): Node => {
    reader.note(start, message)
    return { kind: 'literal', value: null, at: start }
  }
  if (kind === 'string' || kind === 'bytes') {
    const value = kind === 'string' ? readText(text) : readBytes(text)
    return value === null ? refuse('invalid unicode code point') : { kind: 'literal', value, at: start }
  }
  const isNegative = minus !== null
  const value = kind === 'uint' ? readUint(text) : kind === 'int' ? readInt(text, isNegative) : readDouble(text, isNegative)
  return typeof value === 'string' ? refuse(value) : { kind: 'literal', value, at: start }
}

function callOf(name: string, at: number, args: readonly Node[]): Node {
  return { kind: 'call', name, target: null, args, at }
}
