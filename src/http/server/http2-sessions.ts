// The HTTP/2 connections of a listener: those that fall silent are closed, in the middle of a header block too. Knows nothing of requests.

import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { timerMs } from '../../engine/timer-ms.ts'
import type { ReadTimeouts } from './server-state.ts'

/** A connection that has been told to end, and has nothing to end any more, is given that long. */
const FAREWELL_MS = 1000

interface Watched {
  /** Streams that are open. */
  streams: number
  /** The last one that has come with all of its fields. */
  lastId: number
  /** One whose fields have begun to come, and since when; 0: none. */
  beginningId: number
  sinceMs: number
}

export class Http2Sessions {
  readonly #watched = new Map<ServerHttp2Session, Watched>()
  readonly #timeouts: ReadTimeouts
  readonly #timer: NodeJS.Timeout | null

  constructor(timeouts: ReadTimeouts) {
    this.#timeouts = timeouts
    this.#timer = timeouts.headerMs > 0 ? setInterval(() => this.#findLate(), timerMs(timeouts.checkMs)).unref() : null
  }

  add(session: ServerHttp2Session): void {
    this.#watched.set(session, { streams: 0, lastId: 0, beginningId: 0, sinceMs: 0 })
    session.on('close', () => this.#watched.delete(session))
    session.on('error', () => session.destroy())
    if (this.#timeouts.idleMs > 0) session.setTimeout(this.#timeouts.idleMs, () => this.#end(session))
  }

  /** A request has come in full. */
  addStream(session: ServerHttp2Session, stream: ServerHttp2Stream): void {
    const watched = this.#watched.get(session)
    if (watched === undefined) return
    watched.streams++
    watched.lastId = stream.id ?? watched.lastId
    stream.on('close', () => {
      watched.streams--
      if (session.closed) this.#sayFarewell(session, watched)
    })
  }

  /** Takes no more requests; each connection ends with its last answer. */
  close(): void {
    for (const session of this.#watched.keys()) this.#end(session)
  }

  /** Cuts all connections; no answer that breaks off looks as if it were whole. */
  destroy(): void {
    for (const session of this.#watched.keys()) session.destroy(undefined, constants.NGHTTP2_CANCEL)
  }

  /** No connection will come any more. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  #end(session: ServerHttp2Session): void {
    session.close()
    const watched = this.#watched.get(session)
    if (watched !== undefined) this.#sayFarewell(session, watched)
  }

  /** security: Node waits for a stream of which only a part of its fields has come, that is for ever. */
  #sayFarewell(session: ServerHttp2Session, watched: Watched): void {
    if (watched.streams > 0) return
    const timer = setTimeout(() => session.destroy(), FAREWELL_MS).unref()
    session.on('close', () => clearTimeout(timer))
  }

  /** `read_header_timeout`: Node tells of a stream when its fields are complete, its number is counted when they begin. */
  #findLate(): void {
    const now = performance.now()
    for (const [session, watched] of this.#watched) {
      const startedId = session.state.lastProcStreamID ?? 0
      if (startedId <= watched.lastId) continue
      if (startedId !== watched.beginningId) {
        watched.beginningId = startedId
        watched.sinceMs = now
      } else if (watched.streams === 0 && now - watched.sinceMs >= this.#timeouts.headerMs)
        session.destroy(undefined, constants.NGHTTP2_NO_ERROR)
    }
  }
}
