// What steps of a sequence and turns of a loop know of each other. Types alone.

import type { JsonValue } from '../json/types.ts'
import type { Data } from './data.ts'
import type { PipeResponse } from './types.ts'

/** What a step of a sequence has answered, as later ones see it. */
export interface StepAnswer {
  /** Null where there is none. */
  readonly data: Data | null
  /** The body of one that is not decoded (`no-op`), as text; null for all others. */
  readonly text: string | null
  /** Null where no backend answered: its data was made. */
  readonly backend: NonNullable<PipeResponse['backend']> | null
}

/** One turn of a loop over a list. */
export interface LoopItem {
  readonly value: JsonValue
  /** From 0. */
  readonly index: number
  /** Whether the list is the client's, so that what is wrong with an element is the client's fault. */
  readonly isClients: boolean
  /** Calls of the whole loop by what they ask: equal ones of safe methods are made once. */
  readonly calls: Map<string, Promise<PipeResponse>>
}

/** Another value for a top-level key of what a step has answered. */
export interface Revision {
  readonly step: number
  readonly key: string
  readonly value: JsonValue
}
