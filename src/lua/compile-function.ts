// One function: its parameters, its temporaries, and the closure that makes it. Statements are compile-statement.ts, expressions
// compile-expression.ts and compile-call.ts, blocks with labels compile-block.ts.

import type { FunctionExpression, Statement } from './ast.ts'
import type { Unit } from './compile-unit.ts'
import { FunctionScope, MAX_LOCALS } from './scope.ts'

export class FunctionWriter {
  readonly unit: Unit
  readonly scope: FunctionScope
  readonly lines: string[] = []
  /** `...` was used: the table `arg` is not made then. */
  usesVararg = false
  private temporaries = 0
  private maxTemporaries = 0

  constructor(unit: Unit, scope: FunctionScope) {
    this.unit = unit
    this.scope = scope
  }

  write(line: string): void {
    this.lines.push(line)
  }

  /** A temporary variable; free again after `release` with the mark taken before. */
  temporary(): string {
    const name = `t${this.temporaries++}`
    if (this.temporaries > this.maxTemporaries) this.maxTemporaries = this.temporaries
    return name
  }

  mark(): number {
    return this.temporaries
  }

  release(mark: number): void {
    this.temporaries = mark
  }

  declare(name: string): string {
    return this.scope.declare(name, this.unit.fresh('l')).code
  }

  site(line: number, name = ''): number {
    return this.unit.site(line, name)
  }

  body(parameters: string, statements: readonly Statement[], hasArgTable: boolean): string {
    const argument = hasArgTable ? this.declare('arg') : null
    this.unit.parts.body(this, statements)
    this.scope.finish()
    const head = ['const F = this;']
    if (this.maxTemporaries > 0) head.push(`let ${Array.from({ length: this.maxTemporaries }, (_, i) => `t${i}`).join(',')};`)
    if (argument !== null) head.push(`let ${argument} = ${this.usesVararg ? 'undefined' : 'R.argTable(va)'};`)
    const keyword = this.unit.isSuspendable ? 'function*' : 'function'
    return `${keyword}(${parameters}){\n${head.join('')}\n${this.lines.join('\n')}\nreturn R.NOTHING;\n}`
  }
}

/** JavaScript that makes the closure of a function expression. */
export function writeFunction(outer: FunctionWriter, node: FunctionExpression): string {
  const { unit } = outer
  const { line, lastLine, isVararg } = node
  const scope = new FunctionScope(outer.scope, { chunkName: unit.chunkName, line, lastLine, isVararg })
  const writer = new FunctionWriter(unit, scope)
  const number = unit.prototype(node, scope.upvalues)
  if (node.parameters.length > MAX_LOCALS) throw scope.error(line, 'register overflow')
  const parameters = ['S', ...node.parameters.map((name) => writer.declare(name))]
  if (isVararg) parameters.push('...va')
  const code = writer.body(parameters.join(','), node.body, isVararg)
  const closure = makeFunction(unit, code, number, 'F.env')
  // A local that a `goto` may pass again is a box; the closure keeps the box that is there now.
  const boxes = outer.scope.boxed().join(',')
  return boxes === '' ? closure : `((${boxes}) => ${closure})(${boxes})`
}

export function makeFunction(unit: Unit, code: string, prototype: number, env: string): string {
  return unit.isSuspendable
    ? `new R.LuaFunction(R.drive,${code},P[${prototype}],${env})`
    : `new R.LuaFunction(${code},null,P[${prototype}],${env})`
}
