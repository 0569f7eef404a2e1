// Speaks to etcd over the JSON form of its v3 API: the values under a prefix, and word of each change. Knows no backend.

import https from 'node:https'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { readUpTo } from '../../../engine/body.ts'
import { request as askHttp } from '../../../node-http.ts'
import { timerMs } from '../../../engine/timer-ms.ts'

export interface EtcdOptions {
  /** `http://127.0.0.1:2379`; asked one after the other until one answers. */
  readonly machines: readonly string[]
  /** How long a connection may take. */
  readonly dialTimeoutMs: number
  /** When a silent connection is probed. */
  readonly keepAliveMs: number
  /** How long the head of an answer may take. */
  readonly headerTimeoutMs: number
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer }
}

export interface Values {
  readonly values: readonly string[]
  /** What changes later has a greater one. */
  readonly revision: bigint
}

/** security: what a store answers is kept in memory. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

export class EtcdClient {
  readonly #options: EtcdOptions
  /** Which machine is asked; the next one after a failure. */
  #turn = 0

  constructor(options: EtcdOptions) {
    this.#options = options
  }

  /** Values of all keys that begin with the prefix, in the order of their keys. */
  async list(prefix: string, signal: AbortSignal): Promise<Values> {
    const response = await this.#post('/v3/kv/range', rangeOf(prefix), signal)
    const text = await readText(response)
    const { header, kvs = [] } = JSON.parse(text) as { header?: { revision?: string }; kvs?: { value?: string }[] }
    const values = kvs.map(({ value = '' }) => Buffer.from(value, 'base64').toString())
    return { values, revision: BigInt(header?.revision ?? 0) }
  }

  /** Calls `onChange` after each change from that revision on; resolves when etcd ends it, rejects when it breaks. */
  async watch(prefix: string, from: bigint, onChange: () => void, signal: AbortSignal): Promise<void> {
    const create = { create_request: { ...rangeOf(prefix), start_revision: String(from) } }
    const response = await this.#post('/v3/watch', create, signal)
    let rest = ''
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_ANSWER_BYTES) throw new Error('an event is too long')
      for (const line of lines) if (isChange(line)) onChange()
    }
  }

  async #post(path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    const { machines } = this.#options
    const machine = machines[this.#turn % machines.length] as string
    try {
      const response = await this.#send(new URL(path, machine), JSON.stringify(body), signal)
      if (response.statusCode !== 200) throw new Error(`${machine} answers with status ${response.statusCode}: ${await readText(response)}`)
      return response
    } catch (error) {
      this.#turn++
      throw error
    }
  }

  #send(url: URL, body: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { dialTimeoutMs, headerTimeoutMs, keepAliveMs, tls } = this.#options
    const options: RequestOptions = { method: 'POST', agent: false, signal, headers: { 'Content-Type': 'application/json' } }
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:' ? https.request(url, { ...options, ...tls }) : askHttp(url, options)
      let timer = setTimeout(() => request.destroy(new Error(`${url.host} cannot be reached in time`)), timerMs(dialTimeoutMs))
      request.on('socket', (socket) => {
        socket.setKeepAlive(true, keepAliveMs)
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          clearTimeout(timer)
          timer = setTimeout(() => request.destroy(new Error(`${url.host} does not answer in time`)), timerMs(headerTimeoutMs))
        })
      })
      request.on('response', (response) => {
        clearTimeout(timer)
        resolve(response)
      })
      request.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      request.end(body)
    })
  }
}

/** The keys from the prefix to the first one that is behind all that begin with it. */
function rangeOf(prefix: string): { key: string; range_end: string } {
  const key = Buffer.from(prefix)
  const end = Buffer.from(prefix)
  const last = end.findLastIndex((byte) => byte < 0xff)
  // Nothing is behind: as etcd writes "all from here on".
  if (last < 0) return { key: key.toString('base64'), range_end: 'AA==' }
  end[last] = (end[last] as number) + 1
  return { key: key.toString('base64'), range_end: end.subarray(0, last + 1).toString('base64') }
}

/** A line of a watch that tells of changes; of a watch that ended, the end itself tells. */
function isChange(line: string): boolean {
  if (line.trim() === '') return false
  const { result, error } = JSON.parse(line) as { result?: { events?: unknown[]; canceled?: boolean }; error?: { message?: string } }
  if (error !== undefined) throw new Error(error.message ?? 'the watch failed')
  if (result?.canceled === true) throw new Error('etcd has ended the watch')
  return (result?.events?.length ?? 0) > 0
}

async function readText(response: IncomingMessage): Promise<string> {
  const bytes = await readUpTo(response, MAX_ANSWER_BYTES)
  if (bytes !== null) return bytes.toString()
  response.destroy()
  throw new Error('the answer is too long')
}
