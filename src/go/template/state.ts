// What a running template knows, and the errors it ends with.

import { byteLength } from '../text.ts'
import type { GoValue } from '../value.ts'
import { TemplateError } from './errors.ts'
import { describeNode, type Described, type TextNode, type Tree } from './nodes.ts'
import { quote } from '../quote.ts'

/** A node and the tree it stands in: made once, when the tree is compiled. */
export interface Here {
  readonly node: Described | TextNode
  readonly tree: Tree
}

/** Takes what is written, and where in the templates that came from. */
export type Write = (text: string, origin: Here) => void

/** What all templates of one execution share. */
export interface Execution {
  readonly write: Write
  readonly template: (name: string) => CompiledTree | undefined
  /** The node that is being evaluated, for errors. */
  here: Here
  /** Templates within templates. */
  depth: number
}

/** One call of a template. */
export interface Frame {
  readonly execution: Execution
  dot: GoValue
  /** Whether dot is a member of a list or map of anything: messages then call its type `interface {}`. */
  isDotInterface: boolean
  readonly values: GoValue[]
  readonly areInterfaces: boolean[]
}

/** What a node tells the `range` around it. */
export const NEXT = 0
export const BREAK = 1
export const CONTINUE = 2
export type Signal = typeof NEXT | typeof BREAK | typeof CONTINUE

export type Run = (frame: Frame) => Signal
export type Evaluate<T = GoValue> = (frame: Frame) => T

export interface CompiledTree {
  readonly run: Run
  /** Variables, `$` included. */
  readonly size: number
}

/** Go's words for a mistake at the node being evaluated. */
export function execError({ here: { node, tree } }: Pick<Execution, 'here'>, message: string): TemplateError {
  const before = tree.text.slice(0, node.at)
  const line = before.split('\n').length
  const column = byteLength(before.slice(before.lastIndexOf('\n') + 1))
  const text = `template: ${tree.file}:${line}:${column}: executing ${quote(tree.name)} at <${node.kind === 'text' ? node.text : describeNode(node)}>: ${message}`
  return new TemplateError('exec', text, { file: tree.file, line, column })
}
