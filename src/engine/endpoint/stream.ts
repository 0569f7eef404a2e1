// The time of streamed answers: the endpoint's timeout ends with the head of an answer, then only standing still is limited.

import { type Duplex, Readable } from 'node:stream'
import { readAs } from '../body.ts'
import { asError, CANCELED, GatewayError } from '../errors.ts'
import { passedCompanions, wantedUpgrade } from '../ports.ts'
import type { Scope } from '../scope.ts'
import type { Body, Exchange, PipeResponse, UpgradeRequest } from '../types.ts'
import { PassedCompanions } from './companions.ts'
import type { StreamLimits } from './stream-block.ts'

const IDLE = new GatewayError('no byte has passed for too long', { code: 'ERR_STREAM_IDLE' })
const TOO_LONG = new GatewayError('the stream has lasted too long', { code: 'ERR_STREAM_TOO_LONG' })
const ORIGIN_REFUSED = new GatewayError('this origin may not open a connection', {
  code: 'ERR_ORIGIN_REFUSED',
  statusCode: 403,
  source: 'client',
})
const SWITCHING = 101

export interface StreamInit extends StreamLimits {
  /** Until the head of the answer, from the last byte of the request on. */
  readonly timeoutMs: number
  /** Whether a page of that origin may open a connection; null where nobody says so. */
  readonly allowsOrigin: ((origin: string) => boolean) | null
  /** Names of a backend's fields that no client gets; null for none. */
  readonly dropsHeader: ((name: string) => boolean) | null
  readonly warn: (text: string) => void
}

/** One stream from its request to its end. */
export interface Stream {
  readonly scope: Scope
  /** Writes the head and passes what follows; `write` does so for an answer that is no tunnel. */
  pass(response: PipeResponse, write: WriteLive): Promise<void> | void
  /** There is nothing to pass. */
  close(): void
}

export type WriteLive = (exchange: Exchange, response: PipeResponse) => Promise<void> | void

/** Begins the stream of a request. Throws where a page of another site asks for a connection. */
export function compileStream(init: StreamInit): (exchange: Exchange) => Stream {
  const { timeoutMs, idleMs, maxMs, upgrades } = init
  return function beginStream(exchange) {
    const upgrade = upgradeFor(exchange, upgrades)
    if (upgrade !== null && !isFromHere(exchange, init.allowsOrigin)) throw ORIGIN_REFUSED
    const whole = exchange.scope.child()
    whole.limit(maxMs, TOO_LONG)
    const scope = whole.child()
    scope.limit(timeoutMs)
    if (upgrade !== null) wantedUpgrade.set(scope, upgrade)
    else if (exchange.body.length !== 0) exchange.body = watchBody(exchange.body, scope, init)
    const client = upgrade === null ? exchange.companions : undefined
    const companions = client === undefined ? null : new PassedCompanions(client, init.dropsHeader)
    if (companions !== null) passedCompanions.set(scope, companions)
    return {
      scope,
      close: end,
      pass(answered, write) {
        const response = companions?.hasTrailers === true ? asStream(answered) : answered
        const touch = scope.lift(idleMs, IDLE)
        const { body } = response
        let writing: Promise<void> | void
        try {
          writing = passOn(exchange, response, { write, touch, scope })
        } catch (thrown) {
          end()
          throw thrown
        }
        if (writing === undefined) {
          end()
          return undefined
        }
        if (body !== null && !Buffer.isBuffer(body) && response.statusCode !== SWITCHING) body.on('data', touch)
        return writing.then(end, (thrown: unknown) => {
          tellBreak(exchange, asError(scope.reason ?? thrown), init.warn)
          end()
          throw thrown
        })
      },
    }
    function end(): void {
      scope.close()
      whole.close()
    }
  }
}

/** Bytes that are there already are streamed all the same: nothing follows a body whose length is told. */
function asStream(response: PipeResponse): PipeResponse {
  return Buffer.isBuffer(response.body) ? { ...response, body: Readable.from([response.body], { objectMode: false }) } : response
}

interface Passing {
  readonly write: WriteLive
  readonly touch: () => void
  readonly scope: Scope
}

function passOn(exchange: Exchange, response: PipeResponse, { write, touch, scope }: Passing): Promise<void> | void {
  if (response.statusCode !== SWITCHING || exchange.upgrade === null || response.body === null) return write(exchange, response)
  const peer = response.body as Duplex
  const forget = scope.onEnd((reason) => peer.destroy(reason))
  const { fields } = response.headers ?? { fields: [] }
  for (let i = 0; i < fields.length; i += 2)
    if (fields[i] !== 'Content-Length') exchange.responseHeaders.add(fields[i] as string, fields[i + 1] as string)
  exchange.responseHeaders.set('Connection', 'Upgrade')
  exchange.responseHeaders.set('Upgrade', exchange.upgrade)
  return exchange.tunnel(peer, touch).finally(forget)
}

/** What a client asks for that the endpoint allows; null for an ordinary request. */
function upgradeFor({ upgrade, headers }: Exchange, allowed: readonly string[]): UpgradeRequest | null {
  if (upgrade === null || !allowed.includes(upgrade)) return null
  const fields: string[] = []
  for (let i = 0; i < headers.fields.length; i += 2) {
    const name = headers.fields[i] as string
    if (name.startsWith('Sec-Websocket-')) fields.push(name, headers.fields[i + 1] as string)
  }
  return { protocol: upgrade, fields }
}

/** security: browsers ask no permission for such connections, and send the user's cookies. */
function isFromHere({ headers }: Exchange, allowsOrigin: StreamInit['allowsOrigin']): boolean {
  const origin = headers.get('Origin')
  return origin === undefined || allowsOrigin === null || allowsOrigin(origin)
}

/** While the client sends, only standing still is limited; the timeout begins with its last byte. */
function watchBody(body: Body, scope: Scope, { timeoutMs, idleMs }: StreamInit): Body {
  let isOpen = false
  const open = (): (() => void) => {
    isOpen = true
    return scope.lift(idleMs, IDLE)
  }
  const complete = (): void => scope.limit(timeoutMs)
  return readAs(body, {
    stream() {
      const source = body.stream()
      if (!isOpen) source.on('data', open()).on('end', complete)
      return source
    },
    bytes(maxBytes) {
      if (!isOpen) open()
      const all = body.bytes(maxBytes)
      all.then(complete, complete)
      return all
    },
  })
}

/** A break that has another reason than a client that left. */
function tellBreak(exchange: Exchange, error: Error, warn: StreamInit['warn']): void {
  // What a socket says of itself is the backend's breaking off.
  exchange.failure ??=
    error instanceof GatewayError ? error : new GatewayError(error.message, { code: 'ERR_BACKEND_BODY', source: 'backend' })
  if (error === CANCELED || exchange.scope.reason !== null) return
  const code = error instanceof GatewayError && error.code.startsWith('ERR_STREAM') ? error.code : 'ERR_BACKEND_BODY'
  warn(`${code} after ${exchange.bytesOut} bytes and ${Math.round(performance.now() - exchange.startMs)} ms: ${error.message}`)
}
