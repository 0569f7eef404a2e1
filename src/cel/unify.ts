// Which types fit which, and what the parameters of an overload stand for. The rules are cel-go's, null rules of its first checker included.

import { DYN, isDynOrError, isSame, NULL, parameter } from './types.ts'
import type { Type } from './types.ts'

/** What the parameters that were met so far stand for. */
export class Unifier {
  readonly #bindings = new Map<string, Type>()
  /** What the attempt that goes on has changed, with what was there. perf: not a copy of all bindings for each attempt. */
  #changes: (readonly [name: string, before: Type | undefined])[] = []
  #count = 0

  /** A parameter that stands for anything. */
  fresh(): Type {
    return parameter(`_var${this.#count++}`)
  }

  /** An overload's parameters as new ones. */
  instantiate(types: readonly Type[]): Type[] {
    const renamed = new Map<string, Type>()
    const rename = (type: Type): Type => {
      if (type.kind === 'parameter') {
        const known = renamed.get(type.name) ?? this.fresh()
        renamed.set(type.name, known)
        return known
      }
      return type.parts.length === 0 ? type : { ...type, parts: type.parts.map(rename) }
    }
    return types.map(rename)
  }

  /** Whether values of the first type may stand where the second is wanted; if so, what follows for parameters is kept. */
  isAssignable(from: Type, to: Type): boolean {
    return this.areAssignable([from], [to])
  }

  areAssignable(from: readonly Type[], to: readonly Type[]): boolean {
    this.#changes = []
    if (this.#fit(from, to)) return true
    for (const [name, before] of this.#changes.reverse()) {
      if (before === undefined) this.#bindings.delete(name)
      else this.#bindings.set(name, before)
    }
    return false
  }

  /** The type with everything put in that its parameters stand for; with `isFinal` those that stand for nothing are dyn. */
  substitute(type: Type, isFinal: boolean): Type {
    if (type.kind === 'parameter') {
      const bound = this.#bindings.get(type.name)
      if (bound !== undefined) return this.substitute(bound, isFinal)
      return isFinal ? DYN : type
    }
    if (type.parts.length === 0) return type
    return { ...type, parts: type.parts.map((part) => this.substitute(part, isFinal)) }
  }

  #fit(from: readonly Type[], to: readonly Type[]): boolean {
    return from.length === to.length && from.every((type, index) => this.#fits(type, to[index] as Type))
  }

  #fits(from: Type, to: Type): boolean {
    if (to.kind === 'parameter') {
      const binding = this.#bind(to, from)
      if (binding !== 'free') return binding === 'bound'
    }
    if (from.kind === 'parameter') return this.#bind(from, to) === 'bound'
    if (isDynOrError(from) || isDynOrError(to)) return true
    if (from.kind === 'null') return isNullable(to)
    if (to.kind === 'null') return isNullable(from)
    if (from.kind !== to.kind) return false
    if (from.kind === 'type') return true
    return this.#fit(from.parts, to.parts)
  }

  /** `bound`: the parameter stands for the type; `refused`: it stands for another one; `free`: it cannot stand for it. */
  #bind(param: Type, type: Type): 'bound' | 'refused' | 'free' {
    if (type.kind === 'parameter' && type.name === param.name) return 'bound'
    const known = this.#bindings.get(param.name)
    if (known === undefined) {
      if (this.#contains(type, param)) return 'free'
      this.#set(param.name, type)
      return 'bound'
    }
    if (isSame(type, known)) return 'bound'
    if (!this.#fits(type, known)) return 'refused'
    const general = mostGeneral(type, known)
    if (!this.#contains(general, param)) this.#set(param.name, general)
    return 'bound'
  }

  #contains(type: Type, param: Type): boolean {
    if (type.kind !== 'parameter') return type.parts.some((part) => this.#contains(part, param))
    if (type.name === param.name) return true
    const bound = this.#bindings.get(type.name)
    return bound !== undefined && this.#contains(bound, param)
  }

  #set(name: string, type: Type): void {
    this.#changes.push([name, this.#bindings.get(name)])
    this.#bindings.set(name, type)
  }
}

/** The more general of two types of which one fits the other. */
export function mostGeneral(a: Type, b: Type): Type {
  return isEqualOrLessSpecific(a, b) ? a : b
}

function isEqualOrLessSpecific(a: Type, b: Type): boolean {
  if (a.kind === 'dyn' || a.kind === 'parameter') return true
  if (b.kind === 'dyn' || b.kind === 'parameter') return false
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  if (a.kind !== 'list' && a.kind !== 'map') return isSame(a, b)
  return a.parts.every((part, index) => isEqualOrLessSpecific(part, b.parts[index] as Type))
}

function isNullable({ kind, isNullable }: Type): boolean {
  return isNullable || kind === NULL.kind || kind === 'timestamp' || kind === 'duration'
}
