// Data as scripts see it: tables and lists that share what they are made of, and null. Knows nothing of methods.

import type { JsonObject, JsonValue } from '../../../json/types.ts'
import type { ScriptRun } from './run.ts'
import { bindingType } from './userdata-type.ts'

/** `luaTable`, `luaList` and `luaNil`. */
export const TABLE = bindingType()
export const LIST = bindingType()
export const NULL = bindingType()

/** What data belongs to, and what was done to it. */
export interface Owner {
  isChanged: boolean
  /** Whether a table or a list was put somewhere as it is: the data may contain itself. */
  isLinked: boolean
}

/** An object. What is written is seen by everybody who has the same object. */
export class TableView {
  readonly run: ScriptRun
  readonly object: JsonObject
  readonly owner: Owner

  constructor(run: ScriptRun, object: JsonObject, owner: Owner) {
    this.run = run
    this.object = object
    this.owner = owner
  }
}

/**
 * A list, with the aliasing of a Go slice: elements are shared with whoever has the same list, its length is not. What the script adds or
 * deletes is seen elsewhere once the list is set there again.
 */
export class ListView {
  readonly run: ScriptRun
  readonly owner: Owner
  #elements: JsonValue[]
  #length: number
  /** Whether somebody else has the same elements. */
  #isShared: boolean

  constructor(run: ScriptRun, elements: JsonValue[], owner: Owner, isShared: boolean) {
    this.run = run
    this.owner = owner
    this.#elements = elements
    this.#length = elements.length
    this.#isShared = isShared
  }

  get length(): number {
    return this.#length
  }

  /** undefined outside. */
  get(index: number): JsonValue | undefined {
    return index >= 0 && index < this.#length ? this.#elements[index] : undefined
  }

  /** Grows up to the index; gaps are null. */
  set(index: number, value: JsonValue): void {
    if (index >= this.#length) this.#grow(index + 1)
    this.#elements[index] = value
  }

  delete(index: number): void {
    if (index < 0 || index >= this.#length) return
    const elements = this.#elements
    elements.copyWithin(index, index + 1, this.#length)
    this.#length--
    // compat: an owner that keeps its length sees a null at the end.
    if (this.#isShared) elements[this.#length] = null
    else elements.length = this.#length
  }

  /** The elements for another owner, shared from now on. */
  share(): JsonValue[] {
    if (this.#elements.length !== this.#length) this.#elements = this.#elements.slice(0, this.#length)
    this.#isShared = true
    return this.#elements
  }

  #grow(length: number): void {
    if (this.#isShared) this.#elements = this.#elements.slice(0, this.#length)
    this.#isShared = false
    while (this.#elements.length < length) this.#elements.push(null)
    this.#length = length
  }
}

/** The value behind JSON's null, which is not `nil`. */
export const JSON_NULL = Object.freeze({ isNull: true })

/** Nothing that is looked at afterwards. */
export function noOwner(): Owner {
  return { isChanged: false, isLinked: false }
}
