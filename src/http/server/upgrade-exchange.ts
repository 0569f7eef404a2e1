// A request that asks to switch to another protocol: answered like any other, or its connection becomes a tunnel. Knows no protocol.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServerConfig } from '../../config/types.ts'
import { asError } from '../../engine/errors.ts'
import { writableValue } from '../../engine/header-values.ts'
import type { ClientSocket } from './connection-turns.ts'
import { GatewayResponse, Http1Exchange } from './http1-exchange.ts'

/** The first protocol of a request that the server may switch to; null for an ordinary request. */
export function upgradeOf(request: IncomingMessage, { upgrades }: Pick<ServerConfig, 'upgrades'>): string | null {
  if (upgrades.length === 0 || request.method !== 'GET' || request.httpVersion !== '1.1') return null
  // security: where a body could begin there is no other protocol.
  if (request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0') return null
  const asked = (request.headers.upgrade ?? '').toLowerCase().split(',')
  return asked.map((token) => token.trim()).find((token) => upgrades.includes(token)) ?? null
}

/** The answer to such a request, on a connection that Node has given away; it is the last one there. */
export class UpgradeResponse extends GatewayResponse {
  readonly client: ClientSocket

  /** `head` is what came behind the request. */
  constructor(request: IncomingMessage, client: ClientSocket, head: Buffer) {
    super(request)
    this.client = client
    client.isTunnel = true
    client.setTimeout(0)
    if (head.length > 0) client.unshift(head)
    this.shouldKeepAlive = false
    this.assignSocket(client)
    // What comes now is for the new protocol and stays where it is; that nothing comes any more is heard of all the same.
    client.on('readable', this.#onReadable).on('end', this.#onEnd)
    client.on('drain', () => this.emit('drain'))
    client.on('close', this.#onClose)
    this.on('finish', () => client.destroySoon())
  }

  readonly #onReadable = (): void => {
    if (this.client.readableLength === 0) this.client.read()
  }

  readonly #onClose = (): void => this.exchange?.closed(this.writableFinished)

  readonly #onEnd = (): void => this.exchange?.leave()

  /** Gives the bare connection. */
  release(): ClientSocket {
    this.client.off('readable', this.#onReadable).off('end', this.#onEnd).off('close', this.#onClose)
    this.detachSocket(this.client)
    return this.client
  }
}

export class UpgradeExchange extends Http1Exchange {
  readonly #init: ConstructorParameters<typeof Http1Exchange>
  override readonly upgrade: string | null

  constructor(...init: ConstructorParameters<typeof Http1Exchange>) {
    super(...init)
    this.#init = init
    const [, request, , { server }] = init
    this.upgrade = upgradeOf(request, server)
  }

  override tunnel(peer: Duplex, onBytes: () => void): Promise<void> {
    this.askHooks({ statusCode: 101, headers: this.responseHeaders, body: null })
    this.begin(101)
    const client = (this.#init[2] as UpgradeResponse).release()
    client.write(headOf(this.responseHeaders.fields), 'latin1')
    return new Promise((resolve, reject) => {
      let pending = 2
      const settle = (): void => {
        if (--pending > 0) return
        const failure = peer.errored
        if (failure === null) resolve()
        else reject(asError(failure))
        // Whoever passes the bytes notes why they ended before the request is over.
        setImmediate(() => this.closed(true))
      }
      client.on('data', onBytes)
      peer.on('data', (chunk: Buffer) => {
        this.bytesOut += chunk.length
        onBytes()
      })
      // A side that is gone takes the other with it; one that has only ended ends the other, which may still speak.
      client.on('close', () => {
        peer.destroy()
        settle()
      })
      peer.on('close', () => {
        client.destroySoon()
        settle()
      })
      client.pipe(peer)
      peer.pipe(client)
    })
  }

  override cut(): void {
    super.cut()
    ;(this.#init[2] as UpgradeResponse).client.destroy()
  }
}

function headOf(fields: readonly string[]): string {
  let text = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${writableValue(fields[i + 1] as string)}\r\n`
  return `${text}\r\n`
}
