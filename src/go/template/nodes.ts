// The parse tree of a template, and how messages write its nodes.

import { quote } from '../quote.ts'
import type { NumberLiteral } from './number-literal.ts'

interface Placed {
  /** An offset in the text. */
  readonly at: number
}

export interface PipeNode extends Placed {
  readonly kind: 'pipe'
  readonly isAssign: boolean
  /** `$x`, in order. */
  readonly declared: readonly string[]
  readonly commands: readonly CommandNode[]
}

export interface CommandNode extends Placed {
  readonly kind: 'command'
  readonly args: readonly Operand[]
}

export type Operand =
  | PipeNode
  | (Placed & { readonly kind: 'field'; readonly path: readonly string[] })
  /** `$x.a.b`: the variable with its dollar, then fields. */
  | (Placed & { readonly kind: 'variable'; readonly path: readonly string[] })
  | (Placed & { readonly kind: 'chain'; readonly operand: Operand; readonly path: readonly string[] })
  | (Placed & { readonly kind: 'identifier'; readonly name: string })
  | (Placed & { readonly kind: 'dot' })
  | (Placed & { readonly kind: 'nil' })
  | (Placed & { readonly kind: 'bool'; readonly value: boolean })
  | (Placed & { readonly kind: 'string'; readonly source: string; readonly value: string })
  | (Placed & { readonly kind: 'number'; readonly literal: NumberLiteral })

export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | null
}

export interface TemplateNode extends Placed {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | null
}

export interface TextNode extends Placed {
  readonly kind: 'text'
  readonly text: string
}

export type Node =
  | TextNode
  | (Placed & { readonly kind: 'action'; readonly pipe: PipeNode })
  | (Placed & { readonly kind: 'break' | 'continue' })
  | BranchNode
  | TemplateNode

/** One template: what stands in a file or in a `define`. */
export interface Tree {
  readonly name: string
  /** The file it stands in, for messages. */
  readonly file: string
  /** The whole text of the file. */
  readonly text: string
  readonly nodes: readonly Node[]
}

export type Described = Operand | CommandNode | TemplateNode | Extract<Node, { kind: 'action' }> | BranchNode

/** As Go writes the node: `index .list 3`. */
export function describeNode(node: Described): string {
  switch (node.kind) {
    case 'pipe': {
      const names = node.declared.length === 0 ? '' : `${node.declared.join(', ')} ${node.isAssign ? '=' : ':='} `
      return names + node.commands.map(describeNode).join(' | ')
    }
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${describeNode(arg)})` : describeNode(arg))).join(' ')
    case 'field':
      return node.path.map((name) => `.${name}`).join('')
    case 'variable':
      return node.path.join('.')
    case 'chain': {
      const inner = describeNode(node.operand)
      return (node.operand.kind === 'pipe' ? `(${inner})` : inner) + node.path.map((name) => `.${name}`).join('')
    }
    case 'identifier':
      return node.name
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'string':
      return node.source
    case 'number':
      return node.literal.source
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === null ? '' : ` ${describeNode(node.pipe)}`}}}`
    case 'action':
      return `{{${describeNode(node.pipe)}}}`
    default:
      return `{{${node.kind} ${describeNode(node.pipe)}}}`
  }
}

/** Whether nothing stands there but white space. */
export function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '')
}
