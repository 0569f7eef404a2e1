// The tree of an expression. Macros are nodes of their own: what they expand to in cel-go is known to the checker and the compiler.

import type { Value } from './values.ts'

export type Node = Literal | Identifier | Select | Call | ListNode | MapNode | MessageNode | MacroNode

/** `at` is where an issue is shown: of an operator its sign, of a call its bracket, of a field its dot. */
interface Placed {
  readonly at: number
}

export interface Literal extends Placed {
  readonly kind: 'literal'
  readonly value: Value
}

export interface Identifier extends Placed {
  readonly kind: 'identifier'
  readonly name: string
}

export interface Select extends Placed {
  readonly kind: 'select'
  readonly operand: Node
  readonly field: string
  /** `has(a.b)`: whether it is there. */
  readonly isTest: boolean
}

/** Operators are calls with names such as `_+_`; `_&&_` and `_||_` have two arguments or more. */
export interface Call extends Placed {
  readonly kind: 'call'
  readonly name: string
  readonly target: Node | null
  readonly args: readonly Node[]
}

export interface ListNode extends Placed {
  readonly kind: 'list'
  readonly elements: readonly Node[]
}

export interface MapNode extends Placed {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Node; readonly value: Node }[]
}

/** `google.protobuf.Timestamp{seconds: 5}` */
export interface MessageNode extends Placed {
  readonly kind: 'message'
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly value: Node; readonly at: number }[]
}

export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter'

export interface MacroNode extends Placed {
  readonly kind: 'macro'
  readonly macro: MacroName
  readonly range: Node
  readonly variable: string
  /** The condition of `map` with three arguments. */
  readonly filter: Node | null
  readonly body: Node
}

/** `a.b.c` as a text; null when it is anything but names and dots. */
export function qualifiedName(node: Node): string | null {
  if (node.kind === 'identifier') return node.name
  if (node.kind !== 'select' || node.isTest) return null
  const prefix = qualifiedName(node.operand)
  return prefix === null ? null : `${prefix}.${node.field}`
}
