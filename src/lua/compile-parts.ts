// The parts of the compiler that need each other in a circle: each is reached through this, put together in compile.ts.

import type { Call, Expression, FunctionExpression, Statement } from './ast.ts'
import type { FunctionWriter } from './compile-function.ts'

/** JavaScript for one value. */
export interface Code {
  readonly text: string
  readonly type: 'any' | 'number' | 'boolean'
  /** Can be written twice: a variable or a constant. */
  readonly isSimple: boolean
  readonly isConstant: boolean
}

/** How many values of a call are wanted: `one`, all (`many`: an array or one value), or the call itself, to be made by the caller (`tail`). */
export type Wanted = 'one' | 'many' | 'tail'

export interface Parts {
  call(writer: FunctionWriter, node: Call, wanted: Wanted): string
  list(writer: FunctionWriter, nodes: readonly Expression[]): string
  closure(writer: FunctionWriter, node: FunctionExpression): string
  body(writer: FunctionWriter, statements: readonly Statement[]): void
  statement(writer: FunctionWriter, node: Statement): void
}
