// A checked tree becomes nested closures. What an expression knows without its variables is reckoned once, here.

import { hasField, isIn, read } from './access.ts'
import { asBool, attempt } from './attempt.ts'
import type { Call, MessageNode, Node, Select } from './ast.ts'
import type { Checked } from './checker.ts'
import { compileMacro } from './compile-macro.ts'
import { isEqual } from './equality.ts'
import { Frame } from './frame.ts'
import type { Eval } from './frame.ts'
import { BINARY, UNARY } from './functions.ts'
import { MapValue } from './map-value.ts'
import { MESSAGES } from './messages.ts'
import type { Message } from './messages.ts'
import { compilePattern } from './regex.ts'
import { CelError, noSuchOverload } from './values.ts'
import type { Value } from './values.ts'

/** Reads a declared variable; null for one that is not bound here. */
export type Bind<C> = (name: string) => ((context: C) => Value) | null

export class Compiler<C> {
  readonly #checked: Checked
  readonly #bind: Bind<C>
  /** Parts whose value is known. */
  readonly #constants = new Map<Eval<C>, Value>()
  /** Variables of the macros around, each in the slot of its place. */
  readonly #locals: string[] = []

  constructor(checked: Checked, bind: Bind<C>) {
    this.#checked = checked
    this.#bind = bind
  }

  compile(node: Node): Eval<C> {
    const meaning = this.#checked.meanings.get(node)
    if (meaning?.kind === 'constant') return this.#constant(meaning.value)
    if (meaning?.kind === 'variable') return this.#variable(meaning.name)
    if (meaning?.kind === 'local') return this.#local(meaning.name)
    switch (node.kind) {
      case 'literal':
        return this.#constant(node.value)
      case 'select':
        return this.#select(node)
      case 'call':
        return this.#call(node)
      case 'list':
        return this.#list(node.elements)
      case 'map':
        return this.#map(node.entries)
      case 'message':
        return this.#message(node)
      case 'macro': {
        const range = this.compile(node.range)
        const slot = this.#locals.push(node.variable) - 1
        const filter = node.filter === null ? null : this.compile(node.filter)
        const body = this.compile(node.body)
        this.#locals.pop()
        return compileMacro(node.macro, { slot, range, filter, body })
      }
      default:
        // The checker has given every identifier a meaning.
        throw new Error(`${node.name} has no meaning`)
    }
  }

  #constant(value: Value): Eval<C> {
    const evaluate = (): Value => value
    this.#constants.set(evaluate, value)
    return evaluate
  }

  #variable(name: string): Eval<C> {
    const bound = this.#bind(name)
    if (bound !== null) return ({ context }) => bound(context)
    const missing = new CelError(`no such attribute(s): ${name}`)
    return () => {
      throw missing
    }
  }

  #local(name: string): Eval<C> {
    const slot = this.#locals.lastIndexOf(name)
    return ({ locals }) => locals[slot] as Value
  }

  #select({ operand, field, isTest }: Select): Eval<C> {
    const evaluate = this.compile(operand)
    if (isTest) return (frame) => hasField(evaluate(frame), field)
    return (frame) => read(evaluate(frame), field)
  }

  #call(node: Call): Eval<C> {
    const name = node.name.replace(/^\./, '')
    const parts = node.target === null ? node.args : [node.target, ...node.args]
    const args = parts.map((part) => this.compile(part))
    const evaluate = this.#operation(name, args as [Eval<C>, Eval<C>, Eval<C>])
    return name !== 'type' && args.every((part) => this.#constants.has(part)) ? this.#fold(evaluate) : evaluate
  }

  /** perf: a call whose arguments are known is made once; what it throws it would throw each time. */
  #fold(evaluate: Eval<C>): Eval<C> {
    try {
      // No part of it reads a variable.
      return this.#constant(evaluate(new Frame<C>(null as C)))
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      return () => {
        throw error
      }
    }
  }

  #operation(name: string, args: readonly [Eval<C>, Eval<C>, Eval<C>]): Eval<C> {
    const [a, b, c] = args
    switch (name) {
      case '_&&_':
        return logical(args, false)
      case '_||_':
        return logical(args, true)
      case '_?_:_':
        return (frame) => (asBool(a(frame)) ? b(frame) : c(frame))
      case '_==_':
        return (frame) => isEqual(a(frame), b(frame), frame)
      case '_!=_':
        return (frame) => !isEqual(a(frame), b(frame), frame)
      case '@in':
        return (frame) => isIn(a(frame), b(frame), frame)
      case '_[_]':
        return (frame) => read(a(frame), b(frame))
      case 'matches':
        return this.#matches(a, b)
      default:
        return apply(name, args)
    }
  }

  #matches(text: Eval<C>, pattern: Eval<C>): Eval<C> {
    const known = this.#constants.get(pattern)
    if (typeof known !== 'string') return apply('matches', [text, pattern])
    let matcher: ReturnType<typeof compilePattern>
    try {
      matcher = compilePattern(known)
    } catch (error) {
      return (frame) => {
        text(frame)
        throw error
      }
    }
    return (frame) => {
      const value = text(frame)
      if (typeof value !== 'string') throw noSuchOverload('matches')
      return matcher(value, frame)
    }
  }

  #list(elements: readonly Node[]): Eval<C> {
    const parts = elements.map((element) => this.compile(element))
    if (parts.every((part) => this.#constants.has(part))) return this.#constant(parts.map((part) => this.#constants.get(part) as Value))
    return (frame) => parts.map((part) => part(frame))
  }

  #map(entries: readonly { readonly key: Node; readonly value: Node }[]): Eval<C> {
    const parts = entries.map(({ key, value }) => [this.compile(key), this.compile(value)] as const)
    return (frame) => MapValue.of(parts.map(([key, value]) => [key(frame), value(frame)]))
  }

  #message({ name, fields }: MessageNode): Eval<C> {
    const message = MESSAGES.get(name.replace(/^\./, '')) as Message
    const parts = fields.map((field) => [field.name, this.compile(field.value)] as const)
    return (frame) => message.build(new Map(parts.map(([field, value]) => [field, value(frame)])))
  }
}

function apply<C>(name: string, args: readonly Eval<C>[]): Eval<C> {
  const [a, b] = args as [Eval<C>, Eval<C>]
  if (args.length === 1) {
    const unary = UNARY.get(name)
    if (unary !== undefined) return (frame) => unary(a(frame), frame)
  }
  const binary = BINARY.get(name)
  // Every overload of the checker has its function; a test holds the tables against each other.
  if (binary === undefined) throw new Error(`${name} has no function`)
  return (frame) => binary(a(frame), b(frame), frame)
}

/** `&&` with `decisive` false, `||` with true: one such operand decides, whatever the others do. */
function logical<C>(args: readonly Eval<C>[], decisive: boolean): Eval<C> {
  return function evaluateLogical(frame) {
    let failure: CelError | null = null
    for (const argument of args) {
      const value = attempt(argument, frame)
      if (value === decisive) return decisive
      if (value instanceof CelError) failure ??= value
      else if (typeof value !== 'boolean') failure ??= noSuchOverload()
    }
    if (failure !== null) throw failure
    return !decisive
  }
}
