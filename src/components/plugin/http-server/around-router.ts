// Plugins around the router: what they are asked and what they answer, each in its place. Loaded where a file names some.

import { perDialect } from '../../../config/dialect.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { errorAnswersOf } from '../../../engine/endpoint/error-answers.ts'
import { rescued } from '../../../engine/endpoint/rescue.ts'
import { asError, CANCELED } from '../../../engine/errors.ts'
import { clientExchange } from '../../../engine/ports.ts'
import { compileClientIp } from '../../../engine/routing/client-ip.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import { type Chain, runHandler } from '../../../plugins/around.ts'
import { runPairs } from '../../../plugins/around-pairs.ts'
import { type HeldAnswer, HeldExchange } from '../../../plugins/held-exchange.ts'
import { loadAt, type ReadyPlugin } from '../../../plugins/load-at.ts'
import type { Placed } from '../../../plugins/placed.ts'
import type { ServerInput } from '../../../plugins/server-request.ts'
import { release, releaseError, serverSeat } from '../../../plugins/server-seat.ts'
import { pairAt, placedAt } from '../../../plugins/stack-plugins.ts'

interface ServerQuirks {
  /** A name that nobody knows ends the list. */
  readonly endsAtUnknown: boolean
}

const QUIRKS = perDialect<ServerQuirks>({ endsAtUnknown: false }, { 2: { endsAtUnknown: true } })

/** Null where none of them has anything to do. */
export async function aroundRouter(block: unknown, site: Site): Promise<Layer<Handler> | null> {
  const { config, log } = site
  const loaded = await loadAt(site, {
    kind: 'http-server',
    block,
    label: '[PLUGIN: Server]',
    missingLevel: 'error',
    endsAtUnknown: QUIRKS[config.dialect].endsAtUnknown,
  })
  const { plugins, settings, rejection } = loaded
  for (const { name } of plugins) log.info(`[PLUGIN: Server] Injecting plugin ${name}`)
  if (rejection !== null) return () => (exchange) => releaseError(exchange, rejection, log, site.router.return_error_msg)
  if (plugins.length === 0) return null
  const seat = serverSeat({ maxBody: settings.maxBody, paramNames: new Map() }, config.service.timeoutMs)
  const layers = plugins.map((plugin) => plugin.layer ?? layerOf(plugin, placedAt(plugin.name, seat, site, settings.slowMs), site))
  // compat: the last one of the list is outermost.
  return (inner) => layers.reduce((next, layer) => layer(next), inner)
}

type Run = (inner: Chain<ServerInput, HeldAnswer>, exchange: Exchange) => Promise<HeldAnswer>

function runOf(plugin: ReadyPlugin, placed: Placed<ServerInput, HeldAnswer>): Run {
  const { handler } = plugin
  if (handler !== null) return (inner, exchange) => runHandler(placed, handler, inner, exchange, exchange.scope.child())
  const pairs = [pairAt(placed, plugin)]
  return (inner, exchange) => runPairs(pairs, inner, exchange, exchange.scope.child())
}

function layerOf(plugin: ReadyPlugin, placed: Placed<ServerInput, HeldAnswer>, site: Site): Layer<Handler> {
  const { log, router, config } = site
  const run = runOf(plugin, placed)
  const findClientIp = compileClientIp(router, config.quirks)
  return (next) => {
    const asked = rescued(next, log, errorAnswersOf(site))
    return function serverPlugin(exchange) {
      if (clientExchange.get(exchange.scope) === undefined) clientExchange.set(exchange.scope, exchange)
      const inner: Chain<ServerInput, HeldAnswer> = (input, scope) => {
        const held = new HeldExchange(exchange, input, scope)
        // Who the client is depends on what proxies in front said, which a plugin may have written anew.
        if (input !== exchange && input.headers !== exchange.headers) held.clientIp = findClientIp(held)
        return held.ask(asked)
      }
      return run(inner, exchange).then(
        (answer) => release(exchange, answer),
        (thrown: unknown) => fail(exchange, asError(thrown), site),
      )
    }
  }
}

function fail(exchange: Exchange, error: Error, { log, router }: Site): void {
  // Its connection spoke another protocol, and has ended.
  if (exchange.statusCode === 101) return
  // Nobody waits for an answer any more.
  if (error === CANCELED && exchange.scope.ended) {
    exchange.failure ??= error
    if (exchange.statusCode === 0) exchange.answer(500)
    return
  }
  releaseError(exchange, error, log, router.return_error_msg)
}
