// Expressions → JavaScript. Numbers are computed in place; everything else is left to the functions of ops.ts.

import type { Expression } from './ast.ts'
import type { FunctionWriter } from './compile-function.ts'
import type { Code } from './compile-parts.ts'
import { literal, numberLiteral } from './compile-unit.ts'

const ARITHMETIC = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'mod', '^': 'pow' } as const

export function any(text: string): Code {
  return { text, type: 'any', isSimple: false, isConstant: false }
}

function variable(text: string): Code {
  return { text, type: 'any', isSimple: true, isConstant: false }
}

function constant(text: string, type: Code['type'] = 'any'): Code {
  return { text, type, isSimple: true, isConstant: true }
}

function boolean(text: string): Code {
  return { text, type: 'boolean', isSimple: false, isConstant: false }
}

/** One value. */
export function writeExpression(writer: FunctionWriter, node: Expression): Code {
  switch (node.kind) {
    case 'nil':
      return constant('undefined')
    case 'true':
    case 'false':
      return constant(node.kind, 'boolean')
    case 'number':
      return constant(numberLiteral(node.value), 'number')
    case 'string':
      writer.unit.words.add(node.value)
      return constant(literal(node.value))
    case 'vararg':
      return any(`${writeVararg(writer, node.line)}[0]`)
    case 'name':
      return writeName(writer, node.name, node.line)
    case 'index':
      return writeIndex(writer, node)
    case 'call':
      return any(writer.unit.parts.call(writer, node, 'one'))
    case 'function':
      return any(`(${writer.unit.parts.closure(writer, node)})`)
    case 'logical':
      return writeLogical(writer, node)
    case 'compare':
      return writeCompare(writer, node)
    case 'arithmetic':
      return writeArithmetic(writer, node)
    case 'concat': {
      writer.scope.need(node.parts.length)
      const site = writer.site(node.line)
      const parts = node.parts.map((part) => text(writer, part)).join(',')
      return any(node.parts.length === 2 ? `R.concat(S,F,${site},${parts})` : `R.concatAll(S,F,${site},[${parts}])`)
    }
    case 'unary':
      return writeUnary(writer, node)
    case 'table':
      return any(writeTable(writer, node))
  }
}

export function text(writer: FunctionWriter, node: Expression): string {
  const mark = writer.mark()
  const code = writeExpression(writer, node)
  writer.release(mark)
  return code.text
}

/** The expression as a JavaScript condition. */
export function writeCondition(writer: FunctionWriter, node: Expression): string {
  if (node.kind === 'unary' && node.operator === 'not') return `!(${writeCondition(writer, node.operand)})`
  if (node.kind === 'logical') {
    const operator = node.operator === 'and' ? '&&' : '||'
    return `(${writeCondition(writer, node.left)} ${operator} ${writeCondition(writer, node.right)})`
  }
  const mark = writer.mark()
  const code = writeExpression(writer, node)
  let condition: string
  if (code.type === 'boolean') condition = code.text
  else if (code.type === 'number') condition = `(${code.text}, true)`
  else if (code.isSimple) condition = `(${code.text} !== undefined && ${code.text} !== false)`
  else {
    const value = writer.temporary()
    condition = `((${value} = ${code.text}) !== undefined && ${value} !== false)`
  }
  writer.release(mark)
  return condition
}

export function writeVararg(writer: FunctionWriter, line: number): string {
  if (!writer.scope.isVararg) throw writer.scope.error(line, "cannot use '...' outside a vararg function")
  writer.usesVararg = true
  return 'va'
}

function writeName(writer: FunctionWriter, name: string, line: number): Code {
  const local = writer.scope.resolve(name)
  if (local !== null) return variable(local.isBoxed ? `${local.code}.v` : local.code)
  writer.unit.words.add(name)
  writer.unit.globals.add(name)
  return any(`R.getGlobal(S,F,${writer.site(line)},${literal(name)})`)
}

function writeIndex(writer: FunctionWriter, node: Extract<Expression, { kind: 'index' }>): Code {
  const object = text(writer, node.object)
  const site = writer.site(node.line)
  const key = text(writer, node.key)
  return any(`R.${node.key.kind === 'string' ? 'getField' : 'getIndex'}(S,F,${site},${object},${key})`)
}

/** Two operands as things that can be written twice, and the code that has to run before. */
function writeOperands(writer: FunctionWriter, left: Expression, right: Expression): { before: string; a: Code; b: Code } {
  const before: string[] = []
  let a = writeExpression(writer, left)
  const keep = (code: Code): Code => {
    const name = writer.temporary()
    before.push(`${name} = ${code.text}`)
    return { text: name, type: code.type, isSimple: true, isConstant: false }
  }
  // An upvalue is read before the other operand is computed, which may change it; its temporary is none of those that the other one uses.
  if (!a.isSimple || (isUpvalue(writer, left) && !isPlain(writer, right))) a = keep(a)
  let b = writeExpression(writer, right)
  if (!b.isSimple) b = keep(b)
  return { before: before.length === 0 ? '' : `${before.join(', ')}, `, a, b }
}

function isUpvalue(writer: FunctionWriter, node: Expression): boolean {
  const local = node.kind === 'name' ? writer.scope.resolve(node.name) : null
  return local !== null && local.owner !== writer.scope
}

/** Whether computing it runs nothing else. */
function isPlain(writer: FunctionWriter, node: Expression): boolean {
  if (node.kind === 'name') return writer.scope.resolve(node.name) !== null
  return ['nil', 'true', 'false', 'number', 'string'].includes(node.kind)
}

function bothNumbers(a: Code, b: Code): string {
  const checks = [a, b].filter((code) => code.type !== 'number').map((code) => `typeof ${code.text} === 'number'`)
  return [...new Set(checks)].join(' && ')
}

function writeArithmetic(writer: FunctionWriter, node: Extract<Expression, { kind: 'arithmetic' }>): Code {
  const mark = writer.mark()
  const { before, a, b } = writeOperands(writer, node.left, node.right)
  const { operator } = node
  const plain =
    operator === '%' || operator === '^'
      ? `R.${operator === '%' ? 'modulo' : 'power'}(${a.text},${b.text})`
      : `${a.text} ${operator} ${b.text}`
  const check = bothNumbers(a, b)
  writer.release(mark)
  if (check === '') return { text: `(${before}${plain})`, type: 'number', isSimple: false, isConstant: false }
  const slow = `R.${ARITHMETIC[operator]}(S,F,${writer.site(node.line)},${a.text},${b.text})`
  return any(`(${before}${check} ? ${plain} : ${slow})`)
}

function writeCompare(writer: FunctionWriter, node: Extract<Expression, { kind: 'compare' }>): Code {
  const mark = writer.mark()
  const { before, a, b } = writeOperands(writer, node.left, node.right)
  writer.release(mark)
  const { operator } = node
  const site = writer.site(node.line)
  if (operator === '==' || operator === '~=') {
    const not = operator === '==' ? '' : '!'
    if (a.isConstant || b.isConstant) return boolean(`(${before}${a.text} ${operator === '==' ? '===' : '!=='} ${b.text})`)
    return boolean(`(${before}${not}(${a.text} === ${b.text} || R.equals(S,F,${site},${a.text},${b.text})))`)
  }
  const swapped = operator === '>' || operator === '>='
  const name = operator === '<' || operator === '>' ? 'less' : 'lessOrEqual'
  const slow = `R.${name}(S,F,${site},${swapped ? `${b.text},${a.text}` : `${a.text},${b.text}`})`
  const check = bothNumbers(a, b)
  const plain = `${a.text} ${operator} ${b.text}`
  return boolean(check === '' ? `(${before}${plain})` : `(${before}${check} ? ${plain} : ${slow})`)
}

function writeLogical(writer: FunctionWriter, node: Extract<Expression, { kind: 'logical' }>): Code {
  const mark = writer.mark()
  const left = writeExpression(writer, node.left)
  const value = left.isSimple ? left.text : writer.temporary()
  const assigned = left.isSimple ? left.text : `(${value} = ${left.text})`
  const right = writeExpression(writer, node.right)
  writer.release(mark)
  if (left.type === 'boolean' && right.type === 'boolean') {
    return boolean(`(${left.text} ${node.operator === 'and' ? '&&' : '||'} ${right.text})`)
  }
  return any(
    node.operator === 'and'
      ? `(${assigned} === undefined || ${value} === false ? ${value} : ${right.text})`
      : `(${assigned} !== undefined && ${value} !== false ? ${value} : ${right.text})`,
  )
}

function writeUnary(writer: FunctionWriter, node: Extract<Expression, { kind: 'unary' }>): Code {
  if (node.operator === 'not') return boolean(`!(${writeCondition(writer, node.operand)})`)
  const mark = writer.mark()
  const operand = writeExpression(writer, node.operand)
  const site = writer.site(node.line)
  if (node.operator === '#') {
    writer.release(mark)
    return any(`R.length(S,F,${site},${operand.text})`)
  }
  if (operand.type === 'number') {
    writer.release(mark)
    return { text: `(-${operand.text})`, type: 'number', isSimple: operand.isSimple, isConstant: operand.isConstant }
  }
  const value = operand.isSimple ? operand.text : writer.temporary()
  const assigned = operand.isSimple ? operand.text : `(${value} = ${operand.text})`
  writer.release(mark)
  return any(`(typeof ${assigned} === 'number' ? -${value} : R.negate(S,F,${site},${value}))`)
}

function writeTable(writer: FunctionWriter, node: Extract<Expression, { kind: 'table' }>): string {
  const { fields } = node
  if (fields.length === 0) return 'new R.LuaTable()'
  if (fields.every((field) => field.key === null)) {
    const list = writer.unit.parts.list(
      writer,
      fields.map((field) => field.value),
    )
    // A list that is the values of one call or of `...` belongs to others too.
    return `R.list(S,${list.startsWith('[') ? list : `${list}.slice()`})`
  }
  const keys = new Set(fields.map((field) => (field.key?.kind === 'string' ? field.key.value : null)))
  if (!keys.has(null) && keys.size === fields.length) {
    const names = [...keys].map((key) => literal(key as string)).join(',')
    for (const key of keys) writer.unit.words.add(key as string)
    return `R.record(S,[${names}],[${fields.map((field) => text(writer, field.value)).join(',')}])`
  }
  const mark = writer.mark()
  const table = writer.temporary()
  const list = writer.temporary()
  const steps = [`${table} = new R.LuaTable()`, `${list} = []`]
  const site = writer.site(node.line)
  for (const [i, field] of fields.entries()) {
    if (field.key !== null) steps.push(`R.setIndex(S,F,${site},${table},${text(writer, field.key)},${text(writer, field.value)})`)
    else if (i < fields.length - 1) steps.push(`${list}.push(${text(writer, field.value)})`)
    else steps.push(`R.append(${list},${writer.unit.parts.list(writer, [field.value])})`)
  }
  writer.release(mark)
  return `(${steps.join(', ')}, R.fill(S,${table},${list}))`
}
