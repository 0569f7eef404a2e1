// Statements in sequence, and the labels among them: `goto` as JavaScript can say it.
//
// Labels at the end of a block (`::continue::`) are JavaScript labels. Any other makes the block a loop around a switch, with a case for
// what follows each label; its locals are then boxes that outlive a jump.

import type { Statement } from './ast.ts'
import type { FunctionWriter } from './compile-function.ts'
import { hasGoto } from './scope.ts'

type LabelStatement = Extract<Statement, { kind: 'label' }>

function isLabel(statement: Statement): statement is LabelStatement {
  return statement.kind === 'label'
}

/** Whether the labels of a block need the switch: one has something behind it. */
export function needsSwitch(statements: readonly Statement[]): boolean {
  const first = statements.findIndex(isLabel)
  return first >= 0 && statements.slice(first).some((statement) => !isLabel(statement))
}

/** The statements of the block that is open. `isBeforeUntil`: a condition follows that sees its locals. */
export function writeBlock(writer: FunctionWriter, statements: readonly Statement[], isBeforeUntil = false): void {
  const labels = statements.filter(isLabel)
  if (labels.length === 0) for (const statement of statements) writer.unit.parts.statement(writer, statement)
  else if (writer.scope.block.isBoxed || needsSwitch(statements)) writeSwitch(writer, statements, isBeforeUntil)
  else writeTrailing(writer, statements, labels, isBeforeUntil)
}

/** A block of its own: `{ … }`. */
export function writeInnerBlock(writer: FunctionWriter, statements: readonly Statement[]): void {
  writer.scope.open(null, needsSwitch(statements))
  writer.write('{')
  writeBlock(writer, statements)
  writer.write('}')
  writer.scope.close()
}

/** The body of a function or loop whose own block is open; labels that need a switch get a block inside of it. */
export function writeBody(writer: FunctionWriter, statements: readonly Statement[]): void {
  if (needsSwitch(statements)) writeInnerBlock(writer, statements)
  else writeBlock(writer, statements)
}

function writeTrailing(
  writer: FunctionWriter,
  statements: readonly Statement[],
  labels: readonly LabelStatement[],
  isBeforeUntil: boolean,
): void {
  const target = writer.unit.fresh('G')
  for (const { name, line } of labels) {
    writer.scope.addLabel({ name, line, jump: `break ${target};`, isLast: !isBeforeUntil, locals: -1, pending: [] })
  }
  const start = statements.findIndex((statement) => labels.some(({ name }) => hasGoto(statement, name)))
  for (const [i, statement] of statements.entries()) {
    if (i === start) writer.write(`${target}: {`)
    writer.unit.parts.statement(writer, statement)
  }
  if (start >= 0) writer.write('}')
}

function writeSwitch(writer: FunctionWriter, statements: readonly Statement[], isBeforeUntil: boolean): void {
  const { scope, unit } = writer
  const state = unit.fresh('g')
  const loop = unit.fresh('G')
  let cases = 0
  for (const [i, statement] of statements.entries()) {
    if (!isLabel(statement)) continue
    const isLast = !isBeforeUntil && statements.slice(i).every(isLabel)
    const jump = `{ ${state} = ${++cases}; ${TICK} continue ${loop}; }`
    scope.addLabel({ name: statement.name, line: statement.line, jump, isLast, locals: -1, pending: [] })
  }
  const at = writer.lines.length
  writer.write(`${loop}: for (;;) { switch (${state}) { case 0:`)
  let next = 0
  for (const statement of statements) {
    if (isLabel(statement)) writer.write(`case ${++next}:`)
    writer.unit.parts.statement(writer, statement)
  }
  writer.write('} break; }')
  const locals = scope.block.locals.map(({ code }) => code)
  writer.lines[at] = `let ${[`${state} = 0`, ...new Set(locals)].join(', ')};\n${writer.lines[at]}`
}

/** Every way back costs fuel, so that no loop runs for ever. */
export const TICK = 'if (--S.fuel < 0) S.tick();'
