// Answers that no endpoint gives: health, debug, echo, 404, 405 and automatic OPTIONS.

import type { Quirks } from '../../config/dialect.ts'
import type { Logger } from '../compile/component.ts'
import type { JsonValue } from '../../json/types.ts'
import { compareText } from '../../go/text.ts'
import { encodeJson, encodeSorted } from '../../json/write.ts'
import type { ConnectionState } from '../ports.ts'
import type { RouterOptions } from './router-options.ts'
import type { Exchange, Handler } from '../types.ts'
import { encodeQuery, parseQuery } from '../../go/url.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * `{"agents":…,"now":…,"status":"ok"}`; `agents` gives the last sign of life of each, and `connections` stands behind them where there
 * are any. Or `status` alone.
 */
export function healthHandler(
  tellsAgents: boolean,
  agents: () => Record<string, Date>,
  connections: ReadonlyMap<string, ConnectionState>,
): Handler {
  return function answerHealth(exchange) {
    exchange.responseHeaders.set('Content-Type', JSON_TYPE)
    if (!tellsAgents) return exchange.answer(200, '{"status":"ok"}')
    const seen = Object.fromEntries(Object.entries(agents()).map(([name, time]) => [name, formatGoTime(time)]))
    const links =
      connections.size === 0 ? {} : { connections: Object.fromEntries([...connections].map(([name, state]) => [name, state()])) }
    return exchange.answer(200, JSON.stringify({ agents: seen, ...links, now: formatGoTime(new Date()), status: 'ok' }))
  }
}

/** Go's time.String() with the seconds since the process started: `2026-01-02 15:04:05.999 +0000 UTC m=+30.67`. */
function formatGoTime(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().slice(0, -1).split('T')
  const elapsed = ((time.getTime() - performance.timeOrigin) / 1000).toFixed(9)
  return `${date} ${clock.replace(/\.?0+$/, '')} +0000 UTC m=+${elapsed}`
}

/** Logs what came and answers `pong`. */
export function debugHandler(log: Logger): Handler {
  return async function answerDebug(exchange) {
    const label = '[ENDPOINT: /__debug/*]'
    const body = await exchange.body.bytes()
    log.debug(`${label} Method: ${exchange.method}`)
    log.debug(`${label} URL: ${exchange.target}`)
    log.debug(`${label} Query: ${JSON.stringify(Object.fromEntries(parseQuery(exchange.rawQuery)))}`)
    log.debug(`${label} Params: ${JSON.stringify(Object.fromEntries(exchange.params))}`)
    log.debug(`${label} Headers: ${JSON.stringify(headersOf(exchange))}`)
    log.debug(`${label} Body: ${body.toString('utf8')}`)
    exchange.responseHeaders.set('Content-Type', JSON_TYPE)
    exchange.answer(200, '{"message":"pong"}')
  }
}

/** Answers with what the gateway received. */
export const echoHandler: Handler = async function answerEcho(exchange) {
  const body = await exchange.body.bytes()
  const query = parseQuery(exchange.rawQuery)
  exchange.responseHeaders.set('Content-Type', JSON_TYPE)
  exchange.answer(
    200,
    encodeJson({
      // JSON is UTF-8: bytes of a target that are none are U+FFFD.
      req_uri: exchange.target.toWellFormed(),
      req_uri_details: { fragment: '', host: exchange.host, path: exchange.path.toWellFormed(), query: encodeQuery(query), user: '' },
      req_method: exchange.method,
      req_querystring: sortedRecord([...query].map(([name, values]) => [name.toWellFormed(), values.map((value) => value.toWellFormed())])),
      req_body: body.toString('utf8'),
      req_headers: headersOf(exchange),
    }),
  )
}

/** security: one pass, however many names a client makes up. */
function headersOf(exchange: Exchange): Record<string, string[]> {
  const byName = new Map<string, string[]>()
  const { fields } = exchange.headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (name === 'Host' || name === 'Transfer-Encoding') continue
    const values = byName.get(name)
    if (values === undefined) byName.set(name, [fields[i + 1] as string])
    else values.push(fields[i + 1] as string)
  }
  return sortedRecord(byName)
}

/** Go writes the keys of a map sorted. */
function sortedRecord(entries: Iterable<readonly [string, string[]]>): Record<string, string[]> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)))
}

/** 404 and 405: a plain text, or the file's `error_body` as JSON. */
export function errorHandler(status: 404 | 405, options: RouterOptions, versionHeader: string, quirks: Quirks): Handler {
  const own = options.error_body[status]
  const contentType = own === undefined ? 'text/plain' : JSON_TYPE
  const body = own === undefined ? (status === 404 ? '404 page not found' : '405 method not allowed') : encodeSorted(own as JsonValue)
  return function answerError(exchange) {
    const headers = exchange.responseHeaders
    if (quirks.errorsTellVersion) headers.set('X-Krakend', versionHeader)
    if (quirks.describesMethodErrors || status === 404) headers.set('X-Krakend-Completed', 'false')
    headers.set('Content-Type', contentType)
    exchange.answer(status, body)
  }
}

/** `auto_options`: says which methods a path has. */
export function optionsHandler(methods: readonly string[], versionHeader: string): Handler {
  const allow = [...methods].sort().join(', ')
  return function answerOptions(exchange) {
    exchange.responseHeaders.set('Allow', allow)
    exchange.responseHeaders.set('X-Krakend', versionHeader)
    exchange.answer(200)
  }
}
