// Variables while a tree is compiled: names become places in the frame.

import type { GoFunction } from '../function.ts'
import type { GoValue } from '../value.ts'
import type { Tree } from './nodes.ts'
import { execError, type Frame } from './state.ts'

/** What a name stands for while a tree is compiled: variables have places in the frame. */
export interface Scope {
  readonly tree: Tree
  readonly functions: ReadonlyMap<string, GoFunction>
  /** Visible names; a later one hides an earlier one. */
  readonly names: { readonly name: string; readonly slot: number }[]
  size: number
}

export type Store = (frame: Frame, value: GoValue, isInterface: boolean) => void

export function declare(name: string, scope: Scope): Store {
  const slot = scope.size++
  scope.names.push({ name, slot })
  return storeIn(slot)
}

export function assign(name: string, scope: Scope): Store {
  const slot = slotOf(name, scope)
  if (slot !== null) return storeIn(slot)
  return ({ execution }) => {
    throw execError(execution, `undefined variable: ${name}`)
  }
}

function storeIn(slot: number): Store {
  return (frame, value, isInterface) => {
    frame.values[slot] = value
    frame.areInterfaces[slot] = isInterface
  }
}

/** Null: no such variable is visible. */
export function slotOf(name: string, { names }: Scope): number | null {
  return names.findLast((variable) => variable.name === name)?.slot ?? null
}
