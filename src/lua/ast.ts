// The syntax tree. `line` is the line gopher-lua blames when the node fails: mostly that of its first operand.

export type Expression =
  | { readonly kind: 'nil' | 'true' | 'false'; line: number }
  | { readonly kind: 'number'; readonly value: number; line: number }
  | { readonly kind: 'string'; readonly value: string; line: number }
  | { readonly kind: 'vararg'; isSingle: boolean; line: number }
  | { readonly kind: 'name'; readonly name: string; line: number }
  | { readonly kind: 'index'; readonly object: Expression; readonly key: Expression; line: number }
  | Call
  | FunctionExpression
  | { readonly kind: 'logical'; readonly operator: 'and' | 'or'; readonly left: Expression; readonly right: Expression; line: number }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly left: Expression; readonly right: Expression; line: number }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Expression
      readonly right: Expression
      line: number
    }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[]; line: number }
  | { readonly kind: 'unary'; readonly operator: '-' | 'not' | '#'; readonly operand: Expression; line: number }
  | { readonly kind: 'table'; readonly fields: readonly Field[]; line: number }

export type CompareOperator = '<' | '>' | '<=' | '>=' | '==' | '~='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^'

/** `method` with `target` as the receiver, or `target` itself as the function. */
export interface Call {
  readonly kind: 'call'
  readonly target: Expression
  readonly method: string | null
  readonly args: readonly Expression[]
  /** In parentheses: one value. */
  isSingle: boolean
  line: number
}

export interface FunctionExpression {
  readonly kind: 'function'
  readonly parameters: readonly string[]
  readonly isVararg: boolean
  readonly body: readonly Statement[]
  readonly lastLine: number
  line: number
}

export interface Field {
  readonly key: Expression | null
  readonly value: Expression
}

export type Statement =
  | {
      readonly kind: 'assign'
      readonly targets: readonly Expression[]
      readonly values: readonly Expression[]
      readonly line: number
      readonly lastLine?: number
    }
  | {
      readonly kind: 'local'
      readonly names: readonly string[]
      readonly values: readonly Expression[]
      readonly line: number
      readonly lastLine?: number
    }
  | { readonly kind: 'call'; readonly call: Call; readonly line: number }
  | { readonly kind: 'do'; readonly body: readonly Statement[]; readonly line: number; readonly lastLine: number }
  | {
      readonly kind: 'while'
      readonly condition: Expression
      readonly body: readonly Statement[]
      readonly line: number
      readonly lastLine: number
    }
  | {
      readonly kind: 'repeat'
      readonly condition: Expression
      readonly body: readonly Statement[]
      readonly line: number
      readonly lastLine: number
    }
  | IfStatement
  | {
      readonly kind: 'numeric-for'
      readonly name: string
      readonly from: Expression
      readonly to: Expression
      readonly step: Expression | null
      readonly body: readonly Statement[]
      readonly line: number
      readonly lastLine: number
    }
  | {
      readonly kind: 'generic-for'
      readonly names: readonly string[]
      readonly values: readonly Expression[]
      readonly body: readonly Statement[]
      readonly line: number
      readonly lastLine: number
    }
  | {
      readonly kind: 'method'
      readonly receiver: Expression
      readonly name: string
      readonly value: FunctionExpression
      readonly line: number
      readonly lastLine: number
    }
  | { readonly kind: 'return'; readonly values: readonly Expression[]; readonly line: number }
  | { readonly kind: 'break'; readonly line: number }
  | { readonly kind: 'label'; readonly name: string; readonly line: number }
  | { readonly kind: 'goto'; readonly label: string; readonly line: number }

export interface IfStatement {
  readonly kind: 'if'
  readonly clauses: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[]
  readonly otherwise: readonly Statement[]
  readonly line: number
  readonly lastLine: number
}
