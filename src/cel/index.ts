// CEL, the Common Expression Language, as cel-go speaks it: expressions are parsed, checked and compiled once, then evaluated often.

import { check } from './checker.ts'
import { Compiler } from './compile.ts'
import type { Bind } from './compile.ts'
import { Frame } from './frame.ts'
import { ExpressionError } from './issues.ts'
import { parse } from './parser.ts'
import { formatType } from './types.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

export { ExpressionError, locate } from './issues.ts'
export type { ExpressionIssue } from './issues.ts'
export * as celTypes from './types.ts'
export type { Type } from './types.ts'
export { CelError, CelMap, TextMap, typeName } from './values.ts'
export type { Value } from './values.ts'
export type { Bind } from './compile.ts'

/** Names of declared variables with their types. */
export type Variables = ReadonlyMap<string, Type>

/** An expression whose syntax and types are right. */
export interface Expression {
  /** Of its result, as `type(x)` writes it. */
  readonly type: string
  /**
   * The expression as a function. `bind` is asked once for each variable that it reads and says how that is taken from what the
   * function is given; a variable that is not bound fails when it is read. The function throws a CelError.
   */
  compile<C>(bind: Bind<C>): (context: C) => Value
}

/** Reads an expression. Throws an ExpressionError, of stage `parse` or `check`. */
export function readExpression(text: string, variables: Variables): Expression {
  const tree = parse(text)
  const checked = check(tree, variables)
  if (checked.issues.length > 0) throw new ExpressionError('check', text, checked.issues)
  return {
    type: formatType(checked.type),
    compile<C>(bind: Bind<C>) {
      const evaluate = new Compiler<C>(checked, bind).compile(tree)
      return function evaluateExpression(context: C) {
        return evaluate(new Frame<C>(context))
      }
    },
  }
}
