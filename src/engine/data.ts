// A backend's or a pipe's decoded answer (KrakenD: Data): an object that stays JSON bytes until something reads it.

import type { JsonObject } from './json/types.ts'

export class Data {
  static readonly EMPTY = Data.of({})
  readonly #object: JsonObject

  private constructor(object: JsonObject) {
    this.#object = object
  }

  /** Of an object that nobody changes any more. */
  static of(object: JsonObject): Data {
    return new Data(object)
  }

  /** Decodes on first read. Treat it as frozen: manipulation makes new objects. */
  get object(): JsonObject {
    return this.#object
  }

  /** Whether it has no key. */
  get isEmpty(): boolean {
    return Object.keys(this.#object).length === 0
  }
}
