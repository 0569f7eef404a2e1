// Types of the values that scripts get from the gateway: a number and methods. Knows no type.

import { LuaTable } from '../../../lua/table.ts'
import type { LuaFunction } from '../../../lua/value.ts'

/** A type of userdata. Its methods are a template: every run has a copy that its script may change. */
export interface BindingType {
  /** Index among all types. */
  readonly id: number
  readonly methods: LuaTable
}

let count = 0

/** Once for each type, at module level. */
export function bindingType(): BindingType {
  return { id: count++, methods: new LuaTable() }
}

export function addMethods({ methods }: BindingType, added: Readonly<Record<string, LuaFunction>>): void {
  for (const [name, method] of Object.entries(added)) methods.setHash(name, method)
}
