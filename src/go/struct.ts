// Structs as data for templates: exported fields with the names that JSON has for them.

import { marshal } from './json.ts'
import { GoObject, type GoValue } from './value.ts'

/** A field: its Go name, its JSON name, its value. */
export type StructField = readonly [name: string, json: string, value: GoValue]

export class GoStruct extends GoObject {
  readonly type: string
  readonly kind = 'struct'
  readonly fields: ReadonlyMap<string, GoValue>
  readonly #json: readonly StructField[]

  /** `type`: as messages call it, `main.Report`. */
  constructor(type: string, fields: readonly StructField[]) {
    super()
    this.type = type
    this.fields = new Map(fields.map(([name, , value]) => [name, value]))
    this.#json = fields
  }

  override json(): string {
    return `{${this.#json.map(([, name, value]) => `${JSON.stringify(name)}:${marshal(value)}`).join(',')}}`
  }
}
