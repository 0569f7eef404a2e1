// Options that many modifiers have.

import { Type } from '../../../schema/type.ts'

/** Absent or null: every direction that the modifier has. */
export const SCOPE = Type.Optional(Type.Array(Type.String()))

/** Empty where it is absent. */
export function text() {
  return Type.String({ default: '' })
}

/** A modifier within another. */
export const NESTED = Type.Optional(Type.Unknown())
