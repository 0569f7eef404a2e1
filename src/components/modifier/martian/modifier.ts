// What a modifier is: a block of the file with options of its own that becomes functions for requests and answers.

import type { Static, TSchema } from 'typebox'
import { GatewayError } from '../../../engine/errors.ts'
import type { Issue, IssuePath } from '../../../schema/issue.ts'
import type { RequestMessage, ResponseMessage } from './messages.ts'

/** Changes a request. Throws a GatewayError to end it. */
export type ModifyRequest = (message: RequestMessage) => void
/** Changes an answer, at once or later. Throws or rejects with a GatewayError to make an error of it. */
export type ModifyResponse = (message: ResponseMessage) => void | Promise<void>

/** What a modifier does in each direction; null where it has nothing to do. */
export interface Modifier {
  readonly request: ModifyRequest | null
  readonly response: ModifyResponse | null
}

/** What compiling modifiers needs, whatever their depth. */
/** `first`: those that KrakenD 1.x had. */
export type Generation = 'first' | 'all'

export interface Compilation {
  readonly knows: Generation
  /** Mistakes that KrakenD has no word for: unknown options, modifiers that cannot work. */
  readonly issues: Issue[]
  /** Reads a nested modifier. Throws a WrongModifier. */
  readonly compile: (raw: unknown, at: IssuePath) => Modifier
}

/** One kind of modifier: which directions it has, and how it is made. */
export interface ModifierType {
  readonly options: TSchema
  readonly directions: readonly Direction[]
  readonly since: Generation
  compile(options: never, block: Block): Partial<Modifier>
}

export type Direction = 'request' | 'response'

/** The block that is compiled. */
export interface Block extends Compilation {
  /** As it stands in the file. */
  readonly raw: unknown
  readonly at: IssuePath
}

const BOTH: readonly Direction[] = ['request', 'response']

/** Declares one kind. The result of `compile` counts only in the directions that are declared and in scope. */
export function modifierType<O extends TSchema>(declaration: {
  readonly options: O
  readonly directions?: readonly Direction[]
  readonly since?: Generation
  compile(options: Static<O>, block: Block): Partial<Modifier>
}): ModifierType {
  return { directions: BOTH, since: 'first', ...declaration }
}

/** A block that is no modifier: KrakenD drops all of them then. */
export class WrongModifier extends Error {
  readonly at: IssuePath

  constructor(message: string, at: IssuePath) {
    super(message)
    this.name = 'WrongModifier'
    this.at = at
  }
}

/** What went wrong with one request or answer. */
export function modifierError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_MODIFIER', source: 'gateway' })
}
