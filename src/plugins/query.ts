// Query parameters as plugins see them, in the order they came.

import { escapeQueryComponent } from '../go/url.ts'
import type { Query } from '../engine/types.ts'
import type { Sealable } from './headers.ts'
import type { PluginQuery } from './types.ts'

export class LightQuery implements PluginQuery {
  #values: Query
  #own: Map<string, readonly string[]> | null = null
  readonly #owner: Sealable

  constructor(values: Query, owner: Sealable) {
    this.#values = values
    this.#owner = owner
  }

  /** As they are now; what was given where nothing was written. */
  get values(): Query {
    return this.#values
  }

  get isChanged(): boolean {
    return this.#own !== null
  }

  get(name: string): string | null {
    return this.#values.get(name)?.[0] ?? null
  }

  getAll(name: string): string[] {
    return [...(this.#values.get(name) ?? [])]
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  set(name: string, value: unknown): void {
    this.#writable().set(name, [String(value)])
  }

  append(name: string, value: unknown): void {
    this.#writable().set(name, [...(this.#values.get(name) ?? []), String(value)])
  }

  delete(name: string): void {
    this.#writable().delete(name)
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value]
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  /** Encoded, without a question mark. */
  toString(): string {
    return [...this.entries()].map(([name, value]) => `${escapeQueryComponent(name)}=${escapeQueryComponent(value)}`).join('&')
  }

  #writable(): Map<string, readonly string[]> {
    this.#owner.assertOpen()
    if (this.#own === null) this.#values = this.#own = new Map(this.#values)
    return this.#own
  }
}
