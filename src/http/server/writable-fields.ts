// Fields of an answer that a protocol refuses as they are. What cannot be said in other words is left out, so that the rest arrives.

import { writableValue } from '../../engine/header-values.ts'
import { isToken } from '../../go/header-name.ts'

/** name, value, … with values that can be written; without fields whose name is none (compat: Go leaves them out, too). */
export function repairFields(fields: readonly string[]): string[] {
  const repaired: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (isToken(name)) repaired.push(name, writableValue(fields[i + 1] as string))
  }
  return repaired
}
