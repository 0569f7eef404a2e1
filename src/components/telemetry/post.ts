// One HTTP request to a server that takes telemetry. Knows nothing of what is sent; never takes longer than it may, and reads little of the answer.

import { request as askHttps } from 'node:https'
import { request as askHttp } from '../../node-http.ts'
import { timerMs } from '../../engine/timer-ms.ts'

export interface PostInit {
  readonly method?: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Null for none. */
  readonly body: string | Uint8Array | null
  /** `user:password`; empty for none. */
  readonly auth?: string
  readonly timeoutMs: number
  /** Breaks it off. */
  readonly signal?: AbortSignal
}

/** What an error of the server may add to the log. */
const MAX_REASON = 200

/** Rejects unless the answer is a good one. Its text is read to a bound, and thrown away. */
export function post({ method = 'POST', url, headers, body, auth = '', timeoutMs, signal: ending }: PostInit): Promise<void> {
  const length = body === null ? null : { 'Content-Length': Buffer.byteLength(body) }
  // A server that sends its answer byte by byte has no more time than any other.
  const limit = AbortSignal.timeout(timerMs(timeoutMs))
  const signal = ending === undefined ? limit : AbortSignal.any([ending, limit])
  const ask = url.protocol === 'https:' ? askHttps : askHttp
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const init = { method, headers: { ...headers, ...length }, ...(auth === '' ? null : { auth }), signal, agent: false }
  const request = ask(url, init, (response) => {
    let reason = ''
    response.setEncoding('utf8')
    response.on('data', (text: string) => (reason += text.slice(0, MAX_REASON - reason.length)))
    response.on('error', reject)
    response.on('end', () => {
      const { statusCode = 0 } = response
      if (statusCode >= 200 && statusCode < 300) resolve()
      else reject(new Error(`${statusCode} ${reason.trim()}`.trim()))
    })
  })
  request.on('error', (error) =>
    reject(error.name === 'TimeoutError' || signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error),
  )
  request.end(body ?? undefined)
  return promise
}
