// Finds the static type of an expression, and what its names mean. Rules and words are cel-go's.

import { qualifiedName } from './ast.ts'
import type { Call, ListNode, MacroNode, MapNode, MessageNode, Node, Select } from './ast.ts'
import type { ExpressionIssue } from './issues.ts'
import { CONSTANTS, MESSAGES } from './messages.ts'
import { FUNCTIONS } from './overloads.ts'
import * as types from './types.ts'
import type { Type } from './types.ts'
import { mostGeneral, Unifier } from './unify.ts'
import { typeName } from './values.ts'
import type { Value } from './values.ts'

/** What a name stands for: a declared variable, a variable of a macro, or a value that is known already (a type). */
export type Meaning =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: Value }

export interface Checked {
  readonly type: Type
  /** Of identifiers, and of selections that are one name: `google.protobuf.Timestamp`. */
  readonly meanings: ReadonlyMap<Node, Meaning>
}

/** Checks a tree with the variables that are declared; what is wrong is returned beside what was found all the same. */
export function check(tree: Node, variables: ReadonlyMap<string, Type>): Checked & { readonly issues: readonly ExpressionIssue[] } {
  const checker = new Checker(variables)
  const type = checker.unifier.substitute(checker.typeOf(tree), true)
  return { type, meanings: checker.meanings, issues: checker.issues }
}

class Checker {
  readonly issues: ExpressionIssue[] = []
  readonly meanings = new Map<Node, Meaning>()
  readonly unifier = new Unifier()
  readonly #variables: ReadonlyMap<string, Type>
  /** Variables of macros around, the innermost last. */
  readonly #locals: { readonly name: string; readonly type: Type }[] = []
  /** compat: from the first macro on, within it and behind it, `1 < 2.0` is known; before it, and without one, it is not. */
  #hasMetMacro = false

  constructor(variables: ReadonlyMap<string, Type>) {
    this.#variables = variables
  }

  typeOf(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return typeOfValue(node.value)
      case 'identifier':
        return this.#typeOfName(node, node.name) ?? this.#undeclared(node.at, node.name)
      case 'select':
        return this.#typeOfSelect(node)
      case 'call':
        return this.#typeOfCall(node)
      case 'list':
        return this.#typeOfList(node)
      case 'map':
        return this.#typeOfMap(node)
      case 'message':
        return this.#typeOfMessage(node)
      default:
        return this.#typeOfMacro(node)
    }
  }

  #note(at: number, message: string): Type {
    this.issues.push({ at, message })
    return types.ERROR
  }

  #undeclared(at: number, name: string): Type {
    return this.#note(at, `undeclared reference to '${name.replace(/^\./, '')}' (in container '')`)
  }

  #typeOfName(node: Node, written: string): Type | null {
    const isRooted = written.startsWith('.')
    const name = isRooted ? written.slice(1) : written
    const local = isRooted ? undefined : this.#locals.findLast((entry) => entry.name === name)
    if (local !== undefined) {
      this.meanings.set(node, { kind: 'local', name })
      return local.type
    }
    const declared = this.#variables.get(name)
    if (declared !== undefined) {
      this.meanings.set(node, { kind: 'variable', name })
      return declared
    }
    const constant = CONSTANTS.get(name)
    if (constant === undefined) return null
    this.meanings.set(node, { kind: 'constant', value: constant.value })
    return constant.type
  }

  #typeOfSelect(node: Select): Type {
    const name = qualifiedName(node)
    const known = name === null ? null : this.#typeOfName(node, name)
    if (known !== null) return known
    const field = this.#typeOfField(node)
    return node.isTest ? types.BOOL : field
  }

  #typeOfField({ operand, at }: Select): Type {
    const type = this.unifier.substitute(this.typeOf(operand), false)
    if (type.kind === 'map') return types.secondPart(type)
    if (type.kind === 'parameter') this.unifier.isAssignable(types.DYN, type)
    else if (!types.isDynOrError(type)) this.#note(at, `type '${types.describeType(type)}' does not support field selection`)
    return types.DYN
  }

  #typeOfCall(node: Call): Type {
    const { name, target, args, at } = node
    const argTypes = args.map((argument) => this.typeOf(argument))
    if (name === '_&&_' || name === '_||_') return this.#typeOfLogical(args, argTypes)
    if (target !== null) argTypes.unshift(this.typeOf(target))
    const isKnown = FUNCTIONS.has(name.replace(/^\./, ''))
    if (!isKnown) return this.#undeclared(at, name)
    return this.#resolve(name.replace(/^\./, ''), argTypes, at, target !== null)
  }

  #typeOfLogical(args: readonly Node[], argTypes: readonly Type[]): Type {
    for (const [index, type] of argTypes.entries()) this.#wantBool(type, (args[index] as Node).at)
    return types.BOOL
  }

  #wantBool(type: Type, at: number): void {
    if (type.kind === 'error' || this.unifier.isAssignable(type, types.BOOL)) return
    this.#note(at, `expected type 'bool' but found '${types.describeType(this.unifier.substitute(type, true))}'`)
  }

  /** The result of the overloads that fit; dyn where they do not agree. */
  #resolve(name: string, argTypes: readonly Type[], at: number, isMember: boolean): Type {
    if (argTypes.some(({ kind }) => kind === 'error')) return types.ERROR
    let result: Type | null = null
    for (const overload of FUNCTIONS.get(name) ?? []) {
      if (overload.isMember !== isMember || (overload.isMixed && !this.#hasMetMacro)) continue
      const [resultType, ...params] = this.unifier.instantiate([overload.result, ...overload.params]) as [Type, ...Type[]]
      if (!this.unifier.areAssignable(argTypes, params)) continue
      const found = this.unifier.substitute(resultType, false)
      if (result === null) result = found
      else if (result.kind !== 'dyn' && !types.isSame(found, result)) result = types.DYN
    }
    return result ?? this.#note(at, `found no matching overload for '${name}' applied to '${this.#describeCall(argTypes, isMember)}'`)
  }

  #describeCall(argTypes: readonly Type[], isMember: boolean): string {
    const shown = argTypes.map((type) => types.describeType(this.unifier.substitute(type, true)))
    return isMember ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
  }

  #typeOfList({ elements }: ListNode): Type {
    return types.listOf(this.#join(elements))
  }

  #typeOfMap({ entries }: MapNode): Type {
    return types.mapOf(this.#join(entries.map(({ key }) => key)), this.#join(entries.map(({ value }) => value)))
  }

  /** The type of all: dyn where they differ, a free parameter where there are none. */
  #join(nodes: readonly Node[]): Type {
    let joined: Type | null = null
    for (const node of nodes) {
      const type = this.typeOf(node)
      if (joined === null) joined = type
      else joined = this.unifier.isAssignable(joined, type) ? mostGeneral(joined, type) : types.DYN
    }
    return joined ?? this.unifier.fresh()
  }

  #typeOfMessage({ name, fields, at }: MessageNode): Type {
    const message = MESSAGES.get(name.replace(/^\./, ''))
    if (message === undefined) {
      for (const { value } of fields) this.typeOf(value)
      return this.#undeclared(at, name)
    }
    for (const field of fields) {
      const type = this.typeOf(field.value)
      const wanted = message.fields.get(field.name)
      if (wanted === undefined) this.#note(field.at, `undefined field '${field.name}'`)
      else if (!this.unifier.isAssignable(type, wanted)) {
        const found = types.describeType(this.unifier.substitute(type, true))
        this.#note(field.at, `expected type of field '${field.name}' is '${types.describeType(wanted)}' but provided type is '${found}'`)
      }
    }
    return message.type
  }

  #typeOfMacro(node: MacroNode): Type {
    const { macro, range, variable, filter, body, at } = node
    const rangeType = this.unifier.substitute(this.typeOf(range), false)
    const element = this.#elementType(rangeType, range.at)
    this.#hasMetMacro = true
    this.#locals.push({ name: variable, type: element })
    const filterType = filter === null ? null : this.typeOf(filter)
    const bodyType = this.typeOf(body)
    this.#locals.pop()
    if (macro === 'all' || macro === 'exists') {
      this.#wantBool(bodyType, body.at)
      return types.BOOL
    }
    if (macro === 'exists_one') {
      this.#resolve('_?_:_', [bodyType, types.INT, types.INT], at, false)
      return types.BOOL
    }
    const result = types.listOf(macro === 'filter' ? element : bodyType)
    const condition = macro === 'filter' ? bodyType : filterType
    if (condition !== null) this.#resolve('_?_:_', [condition, result, result], at, false)
    return result
  }

  #elementType(range: Type, at: number): Type {
    if (range.kind === 'list' || range.kind === 'map') return types.firstPart(range)
    if (range.kind === 'parameter') this.unifier.isAssignable(types.DYN, range)
    else if (!types.isDynOrError(range)) {
      const shown = types.describeType(range)
      return this.#note(at, `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`)
    }
    return types.DYN
  }
}

const LITERAL_TYPES: ReadonlyMap<string, Type> = new Map([
  ['null_type', types.NULL],
  ['bool', types.BOOL],
  ['int', types.INT],
  ['uint', types.UINT],
  ['double', types.DOUBLE],
  ['string', types.STRING],
  ['bytes', types.BYTES],
])

function typeOfValue(value: Value): Type {
  return LITERAL_TYPES.get(typeName(value)) ?? types.DYN
}
