// Statements → JavaScript, one by one.

import type { Expression, Statement } from './ast.ts'
import { needsSwitch, TICK, writeBlock, writeBody, writeInnerBlock } from './compile-block.ts'
import { isOpenCall, writeAdjusted, writeCall, writeList } from './compile-call.ts'
import { text, writeCondition, writeVararg } from './compile-expression.ts'
import type { FunctionWriter } from './compile-function.ts'
import { literal } from './compile-unit.ts'

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

export function writeStatement(writer: FunctionWriter, node: Statement): void {
  writer.release(0)
  switch (node.kind) {
    case 'assign':
      return writeAssign(writer, node)
    case 'local':
      return writeLocal(writer, node)
    case 'call':
      return writer.write(`${writeCall(writer, node.call, 'many')};`)
    case 'do':
      return writeInnerBlock(writer, node.body)
    case 'while':
      return writeWhile(writer, node)
    case 'repeat':
      return writeRepeat(writer, node)
    case 'if':
      return writeIf(writer, node)
    case 'numeric-for':
      return writeNumericFor(writer, node)
    case 'generic-for':
      return writeGenericFor(writer, node)
    case 'method': {
      const receiver = text(writer, node.receiver)
      const site = writer.site(node.receiver.line)
      return writer.write(`R.setField(S,F,${site},${receiver},${literal(node.name)},${text(writer, node.value)});`)
    }
    case 'return':
      return writeReturn(writer, node.values)
    case 'break':
      return writer.write(`break ${writer.scope.loopToBreak(node.line)};`)
    case 'label':
      return writer.scope.reachLabel(node.name)
    case 'goto':
      return writer.write(writer.scope.goto(node.label, node.line))
  }
}

/** A new local with its value; boxed ones get a new box. */
function writeDeclaration(writer: FunctionWriter, name: string, value: string): void {
  const { code, isBoxed } = writer.scope.declare(name, writer.unit.fresh('l'))
  writer.write(isBoxed ? `${code} = { v: ${value} };` : `let ${code} = ${value};`)
}

function writeLocal(writer: FunctionWriter, { names, values }: Of<'local'>): void {
  const [name] = names
  const [value] = values
  if (names.length === 1 && values.length === 1 && name !== undefined && value !== undefined) {
    if (value.kind !== 'function') return writeDeclaration(writer, name, text(writer, value))
    // compat: `local f = function` sees f, like `local function f`.
    const { code, isBoxed } = writer.scope.declare(name, writer.unit.fresh('l'))
    if (isBoxed) writer.write(`${code} = { v: undefined };`)
    return writer.write(isBoxed ? `${code}.v = ${text(writer, value)};` : `let ${code} = ${text(writer, value)};`)
  }
  const { steps, codes } = writeAdjusted(writer, values, names.length)
  if (steps.length > 0) writer.write(`${steps.join('; ')};`)
  for (const [i, each] of names.entries()) writeDeclaration(writer, each, codes[i]?.text ?? 'undefined')
}

function writeAssign(writer: FunctionWriter, { targets, values }: Of<'assign'>): void {
  const [target] = targets
  const [value] = values
  if (targets.length === 1 && values.length === 1 && target !== undefined && value !== undefined) {
    return writer.write(`${writeStore(writer, target, null, () => text(writer, value))};`)
  }
  const places = targets.map((each) => writePlace(writer, each))
  const { steps, codes } = writeAdjusted(writer, values, targets.length)
  if (steps.length > 0) writer.write(`${steps.join('; ')};`)
  for (let i = targets.length - 1; i >= 0; i--) {
    writer.write(`${writeStore(writer, targets[i] as Expression, places[i] ?? null, () => codes[i]?.text ?? 'undefined')};`)
  }
}

/** Where a value goes in an assignment to several places: object and key are computed before any value. */
function writePlace(writer: FunctionWriter, target: Expression): { object: string; key: string } | null {
  if (target.kind !== 'index') return null
  const object = writer.temporary()
  writer.write(`${object} = ${text(writer, target.object)};`)
  if (target.key.kind === 'string' || target.key.kind === 'number') return { object, key: text(writer, target.key) }
  const key = writer.temporary()
  writer.write(`${key} = ${text(writer, target.key)};`)
  return { object, key }
}

function writeStore(
  writer: FunctionWriter,
  target: Expression,
  place: { object: string; key: string } | null,
  value: () => string,
): string {
  if (target.kind === 'name') {
    const local = writer.scope.resolve(target.name)
    if (local !== null) return `${local.code}${local.isBoxed ? '.v' : ''} = ${value()}`
    writer.unit.words.add(target.name)
    return `R.setGlobal(S,F,${writer.site(target.line)},${literal(target.name)},${value()})`
  }
  const { object, key } = target as Extract<Expression, { kind: 'index' }>
  const set = key.kind === 'string' ? 'setField' : 'setIndex'
  const objectCode = place?.object ?? text(writer, object)
  const keyCode = place?.key ?? text(writer, key)
  return `R.${set}(S,F,${writer.site(target.line)},${objectCode},${keyCode},${value()})`
}

function writeWhile(writer: FunctionWriter, node: Of<'while'>): void {
  const loop = writer.unit.fresh('B')
  writer.write(`${loop}: while (${writeCondition(writer, node.condition)}) { ${TICK}`)
  writer.scope.open(loop)
  writeBody(writer, node.body)
  writer.scope.close()
  writer.write('}')
}

function writeRepeat(writer: FunctionWriter, node: Of<'repeat'>): void {
  const loop = writer.unit.fresh('B')
  writer.write(`${loop}: for (;;) { ${TICK}`)
  writer.scope.open(loop, needsSwitch(node.body))
  writeBlock(writer, node.body, true)
  writer.release(0)
  writer.write(`if (${writeCondition(writer, node.condition)}) break;`)
  writer.scope.close()
  writer.write('}')
}

function writeIf(writer: FunctionWriter, node: Of<'if'>): void {
  for (const [i, { condition, body }] of node.clauses.entries()) {
    writer.release(0)
    writer.write(`${i === 0 ? '' : 'else '}if (${writeCondition(writer, condition)})`)
    writeInnerBlock(writer, body)
  }
  if (node.otherwise.length === 0) return
  writer.write('else')
  writeInnerBlock(writer, node.otherwise)
}

function writeNumericFor(writer: FunctionWriter, node: Of<'numeric-for'>): void {
  const { unit, scope } = writer
  const [index, limit, step, loop] = [unit.fresh('i'), unit.fresh('i'), unit.fresh('i'), unit.fresh('B')]
  const from = text(writer, node.from)
  const to = text(writer, node.to)
  writer.write(`{ let ${index} = ${from}, ${limit} = ${to}, ${step} = ${node.step === null ? '1' : text(writer, node.step)};`)
  const checks = [index, limit, step].map((name) => `typeof ${name} !== 'number'`).join(' || ')
  writer.write(`if (${checks}) R.badFor(S,F,${writer.site(node.line)},${index},${limit},${step});`)
  const up = `${index} <= ${limit}`
  const down = `${index} >= ${limit}`
  const isUp = node.step === null || (node.step.kind === 'number' && node.step.value > 0)
  const test = isUp ? up : `(${step} > 0 ? ${up} : ${step} <= 0 && ${down})`
  // compat: the first value is start - step + step, as in gopher-lua.
  writer.write(`${index} -= ${step}; ${loop}: for (;;) { ${index} += ${step}; if (!(${test})) break; ${TICK}`)
  scope.open(loop)
  scope.block.hidden = 3
  writer.write(`let ${writer.declare(node.name)} = ${index};`)
  writeBody(writer, node.body)
  scope.close()
  writer.write('} }')
}

function writeGenericFor(writer: FunctionWriter, node: Of<'generic-for'>): void {
  const { unit, scope } = writer
  const loop = unit.fresh('B')
  const { steps, codes } = writeAdjusted(writer, node.values, 3)
  const [next, state, control, quick] = [unit.fresh('i'), unit.fresh('i'), unit.fresh('i'), unit.fresh('i')]
  if (steps.length > 0) writer.write(`${steps.join('; ')};`)
  writer.write(`{ let ${next} = ${codes[0]?.text}, ${state} = ${codes[1]?.text}, ${control} = ${codes[2]?.text};`)
  writer.write(`const ${quick} = R.quick(${next},${state});`)
  scope.open(loop)
  scope.block.hidden = 3
  const names = node.names.map((name) => writer.declare(name))
  const [first, second] = names
  const site = writer.site(node.line, '')
  writer.write(`${loop}: for (;;) { ${TICK} let ${names.join(', ')};`)
  writer.write(`if (${quick} !== 0) { if (!R.step(S,${quick},${state},${control})) break; ${control} = ${first} = S.key;`)
  writer.write(second === undefined ? '}' : `${second} = S.value; }`)
  const values = unit.fresh('i')
  const run = unit.isSuspendable
    ? `yield* R.iterateSuspendable(S,F,${site},${next},${state},${control})`
    : `R.iterate(S,F,${site},${next},${state},${control})`
  writer.write(`else { const ${values} = ${run};`)
  const rest = names.slice(1).map((name, i) => ` ${name} = ${values}[${i + 1}];`)
  writer.write(`if (${values} instanceof Array) { ${first} = ${values}[0];${rest.join('')} } else ${first} = ${values};`)
  writer.write(`if (${first} === undefined) break; ${control} = ${first}; }`)
  writer.release(0)
  writeBody(writer, node.body)
  scope.close()
  writer.write('} }')
}

function writeReturn(writer: FunctionWriter, values: readonly Expression[]): void {
  const [value] = values
  if (value === undefined) return writer.write('return R.NOTHING;')
  if (values.length > 1) return writer.write(`return ${writeList(writer, values)};`)
  if (isOpenCall(value)) return writer.write(`return ${writeCall(writer, value, 'tail')};`)
  if (value.kind === 'vararg' && !value.isSingle) return writer.write(`return ${writeVararg(writer, value.line)};`)
  writer.write(`return ${text(writer, value)};`)
}
