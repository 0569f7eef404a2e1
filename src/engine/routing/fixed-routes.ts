// Answers that no endpoint gives: health, debug, echo, 404, 405 and automatic OPTIONS.

import { type Dialect, perDialect, type Quirks } from '../../config/dialect.ts'
import type { Logger } from '../compile/component.ts'
import type { JsonValue } from '../../json/types.ts'
import { compareText, textOfBytes } from '../../go/text.ts'
import { encodeJson, encodeSorted } from '../../json/write.ts'
import { answerReply, type ErrorAnswers, replyTo, ROUTER_ERRORS } from '../endpoint/error-answers.ts'
import type { ConnectionState } from '../ports.ts'
import type { RouterOptions } from './router-options.ts'
import type { Exchange, Handler } from '../types.ts'
import type { ProcessHealth } from '../process/health-board.ts'
import { encodeQuery, parseQuery } from '../../go/url.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

export interface HealthInit {
  /** Version 2 says `status` alone. */
  readonly tellsAgents: boolean
  /** The last sign of life of each async agent. */
  readonly agents: () => Record<string, Date>
  /** Those to brokers. */
  readonly connections: ReadonlyMap<unknown, ConnectionState>
  readonly health: () => ProcessHealth
}

/**
 * `{"agents":…,"now":…,"status":"ok"}`, and `connections` where there are any. `details` follow where there is something to tell of the
 * process: a reload that was refused, workers that are missing. 503 from the moment on when it was told to stop.
 */
export function healthHandler({ tellsAgents, agents, connections, health }: HealthInit): Handler {
  return function answerHealth(exchange) {
    const state = health()
    const status = state.isStopping ? 'stopping' : 'ok'
    const startedMs = state.startedMs || performance.timeOrigin
    const details = detailsOf(state)
    exchange.responseHeaders.set('Content-Type', JSON_TYPE)
    const told = tellsAgents ? tellAgents(startedMs) : null
    exchange.answer(state.isStopping ? 503 : 200, JSON.stringify({ ...told, status, ...details }))
  }

  function tellAgents(startedMs: number): Record<string, unknown> {
    const seen = Object.fromEntries(Object.entries(agents()).map(([name, time]) => [name, formatGoTime(time, startedMs)]))
    return {
      agents: seen,
      ...(connections.size === 0 ? null : { connections: tellConnections() }),
      now: formatGoTime(new Date(), startedMs),
    }
  }

  /** Another connection of the same name is told with a number: `amqp://broker (producer) 2`. */
  function tellConnections(): Record<string, string> {
    const counts = new Map<string, number>()
    const told = [...connections.values()].map(({ name, state }) => {
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      return [count === 1 ? name : `${name} ${count}`, state()] as const
    })
    return Object.fromEntries(told)
  }
}

function detailsOf({ refusal, serving, workers }: ProcessHealth): { details?: object } {
  const reload = refusal === null ? {} : { reload: { status: 'refused', ...refusal } }
  const missing = serving < workers ? { workers: { serving, of: workers } } : {}
  const details = { ...reload, ...missing }
  return Object.keys(details).length === 0 ? {} : { details }
}

/** Go's time.String() with the seconds since the process started: `2026-01-02 15:04:05.999 +0000 UTC m=+30.67`. */
function formatGoTime(time: Date, startedMs: number): string {
  const [date = '', clock = ''] = time.toISOString().slice(0, -1).split('T')
  const elapsed = ((time.getTime() - startedMs) / 1000).toFixed(9)
  return `${date} ${clock.replace(/\.?0+$/, '')} +0000 UTC m=+${elapsed}`
}

/** How lines of the debug endpoint begin. */
const DEBUG_LABEL = perDialect({ text: '[ENDPOINT: /__debug/*] ' }, { 2: { text: '' } })

/** Logs what came and answers `pong`. */
export function debugHandler(log: Logger, dialect: Dialect): Handler {
  const { text: label } = DEBUG_LABEL[dialect]
  return async function answerDebug(exchange) {
    const body = await exchange.body.bytes()
    log.debug(`${label}Method: ${exchange.method}`)
    log.debug(`${label}URL: ${exchange.target}`)
    log.debug(`${label}Query: ${printLists(parseQuery(exchange.rawQuery))}`)
    log.debug(`${label}Params: [${[...exchange.params].map(([name, value]) => `{${name.toLowerCase()} ${value}}`).join(' ')}]`)
    log.debug(`${label}Headers: ${printLists(Object.entries(headersOf(exchange)))}`)
    log.debug(`${label}Body: ${body.toString('utf8')}`)
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
    // Values are bytes, and what is shown is UTF-8.
    const value = textOfBytes(fields[i + 1] as string).toWellFormed()
    const values = byName.get(name)
    if (values === undefined) byName.set(name, [value])
    else values.push(value)
  }
  return sortedRecord(byName)
}

/** As Go's `%v` prints a map of lists: `map[a:[1 2] b:[]]`. */
function printLists(entries: Iterable<readonly [string, readonly string[]]>): string {
  const sorted = [...entries].sort(([a], [b]) => compareText(a, b))
  return `map[${sorted.map(([name, values]) => `${name}:[${values.join(' ')}]`).join(' ')}]`
}

/** Go writes the keys of a map sorted. */
function sortedRecord(entries: Iterable<readonly [string, string[]]>): Record<string, string[]> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)))
}

/** 404 and 405: a plain text, or the file's `error_body` as JSON. */
export function errorHandler(
  status: 404 | 405,
  options: RouterOptions,
  versionHeader: string,
  quirks: Quirks,
  answers: ErrorAnswers,
): Handler {
  const own = options.error_body[status]
  const contentType = own === undefined ? 'text/plain' : JSON_TYPE
  const body = own === undefined ? (status === 404 ? '404 page not found' : '405 method not allowed') : encodeSorted(own as JsonValue)
  return function answerError(exchange) {
    const headers = exchange.responseHeaders
    if (quirks.errorsTellVersion) headers.set('X-Krakend', versionHeader)
    if (quirks.describesMethodErrors || status === 404) headers.set('X-Krakend-Completed', 'false')
    const reply = replyTo(answers, exchange, ROUTER_ERRORS[status])
    if (reply !== null && !(own !== undefined && reply.isGeneral) && answerReply(exchange, reply)) return
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
