// What one kind of broker has to offer to publish and subscribe. Knows no broker.

import type { Opened } from '../link.ts'
import type { Site } from '../../engine/compile/component.ts'
import type { Scope } from '../../engine/scope.ts'
import type { Address, Kind } from './address.ts'

export interface OutgoingMessage {
  readonly body: Buffer
  /** The forwarded headers, each with its first value, as a text of Go (`encodeText`). */
  readonly metadata: ReadonlyMap<string, string>
}

export interface IncomingMessage {
  readonly body: Buffer
  /** It has been decoded, and must not come again. */
  ack(): void | Promise<void>
  /** It could not be decoded: it comes again by the rules of its broker. */
  leave(): void
}

/** Sends one message; resolves when the broker has it. */
export type Send = (message: OutgoingMessage, scope: Scope) => Promise<void>

/** Messages for whoever asks. */
export interface Source {
  /** The next message; rejects when the scope ends before there is one. */
  take(scope: Scope): Promise<IncomingMessage>
}

/** A connection that is open. */
export interface Client {
  topic(address: Address): Send
  /** `subscriber`: a name that nobody else has, the same again after a loss of the broker. */
  subscribe(address: Address, subscriber: string): Promise<Opened<Source>>
}

export interface Scheme {
  /**
   * Whom an address speaks to, without doing so yet. Throws an OpenError for what can never be opened. security: `name` has no password;
   * backends with the same `key` share a connection.
   */
  connect(address: Address, site: Pick<Site, 'environment' | 'ask'>, kind: Kind): Connecting
}

export interface Connecting {
  readonly name: string
  readonly key: string
  readonly open: (signal: AbortSignal) => Promise<Opened<Client>>
}

/** A URL that cannot be opened, whatever the broker does. */
export class OpenError extends Error {}

/** One that has a parameter which its scheme does not know. */
export class UnknownParameterError extends OpenError {
  readonly parameter: string
  readonly known: readonly string[]

  constructor(message: string, parameter: string, known: readonly string[]) {
    super(message)
    this.parameter = parameter
    this.known = known
  }
}
