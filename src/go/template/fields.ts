// `.a.b.c`: fields of structs, keys of maps and methods, one step at a time.

import { durationMethod } from '../time.ts'
import { textOf } from '../format-value.ts'
import { fn, type GoFunction } from '../function.ts'
import { GoInt, GoMap, GoObject, type GoValue, typeOf } from '../value.ts'
import { execError, type Execution } from './state.ts'

/** What one step finds. */
export interface Step {
  readonly value: GoValue
  /** Whether what it stands in holds anything: messages then call its type `interface {}`. */
  readonly isInterface: boolean
}

const MISSING: Step = { value: undefined, isInterface: false }

/** A method of the value, which the caller calls. */
export function methodOf(value: GoValue, name: string): GoFunction | undefined {
  if (value instanceof GoObject) return value.method(name)
  if (!(value instanceof GoInt)) return undefined
  if (value.type === 'time.Duration') return durationMethod(value.value, name)
  const text = name === 'String' ? textOf(value) : null
  return text === null ? undefined : fn([], () => text)
}

/** A field or a key. `hasArguments`: something follows that only a method could take. Throws a TemplateError. */
export function stepInto(receiver: GoValue, isInterface: boolean, name: string, hasArguments: boolean, execution: Execution): Step {
  if (receiver === undefined) return MISSING
  if (receiver === null) throw execError(execution, `nil pointer evaluating interface {}.${name}`)
  if (receiver instanceof GoMap) {
    if (hasArguments) throw execError(execution, `${name} is not a method but has arguments`)
    return { value: receiver.entries.get(name), isInterface: receiver.element === 'interface {}' }
  }
  if (receiver instanceof GoObject) {
    const field = receiver.fields.get(name)
    if (field !== undefined) {
      if (hasArguments) throw execError(execution, `${name} has arguments but cannot be invoked as function`)
      return { value: field, isInterface: false }
    }
  }
  throw execError(execution, `can't evaluate field ${name} in type ${isInterface ? 'interface {}' : typeOf(receiver)}`)
}
