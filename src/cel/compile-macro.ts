// The loops of expressions: `all`, `exists`, `exists_one`, `map`, `filter`. Over a map they see its keys.

import type { MacroName } from './ast.ts'
import { asBool, attempt } from './attempt.ts'
import type { Eval, Frame } from './frame.ts'
import { CelError, CelMap, noSuchOverload, typeName } from './values.ts'
import type { Value } from './values.ts'

export interface MacroParts<C> {
  /** Where the frame has the macro's variable. */
  readonly slot: number
  readonly range: Eval<C>
  /** The condition of `map` with three arguments. */
  readonly filter: Eval<C> | null
  readonly body: Eval<C>
}

export function compileMacro<C>(macro: MacroName, parts: MacroParts<C>): Eval<C> {
  switch (macro) {
    case 'all':
      return decide(parts, false)
    case 'exists':
      return decide(parts, true)
    case 'exists_one':
      return existsOne(parts)
    case 'filter':
      return filter(parts)
    default:
      return map(parts)
  }
}

/** `all` ends with false, `exists` with true; an error counts only if nothing else decides. */
function decide<C>({ range, slot, body }: MacroParts<C>, decisive: boolean): Eval<C> {
  return function evaluateQuantifier(frame) {
    let failure: CelError | null = null
    for (const element of elementsOf(range(frame))) {
      enter(frame, slot, element)
      const value = attempt(body, frame)
      if (value === decisive) return decisive
      if (value instanceof CelError) failure ??= value
      else if (typeof value !== 'boolean') failure ??= noSuchOverload()
    }
    if (failure !== null) throw failure
    return !decisive
  }
}

function existsOne<C>({ range, slot, body }: MacroParts<C>): Eval<C> {
  return function evaluateExistsOne(frame) {
    let count = 0
    for (const element of elementsOf(range(frame))) {
      enter(frame, slot, element)
      if (asBool(body(frame))) count++
    }
    return count === 1
  }
}

function filter<C>({ range, slot, body }: MacroParts<C>): Eval<C> {
  return function evaluateFilter(frame) {
    const kept: Value[] = []
    for (const element of elementsOf(range(frame))) {
      enter(frame, slot, element)
      if (asBool(body(frame))) kept.push(element)
    }
    return kept
  }
}

function map<C>({ range, slot, filter, body }: MacroParts<C>): Eval<C> {
  return function evaluateMap(frame) {
    const results: Value[] = []
    for (const element of elementsOf(range(frame))) {
      enter(frame, slot, element)
      if (filter === null || asBool(filter(frame))) results.push(body(frame))
    }
    return results
  }
}

/** One more round. Macros inside have slots behind this one, so it stays what it is. */
function enter<C>(frame: Frame<C>, slot: number, element: Value): void {
  frame.spend(1)
  frame.locals[slot] = element
}

function elementsOf(range: Value): readonly Value[] {
  if (range instanceof CelMap) return range.keys()
  if (Array.isArray(range)) return range as readonly Value[]
  throw new CelError(`got '${typeName(range)}', expected iterable type`)
}
