// The life of an async agent, whatever brings its messages: subscribed again after each loss, signs of life, and an end that loses nothing.

import { backOffOf } from '../../brokers/back-off.ts'
import { Link, type Opened } from '../../brokers/link.ts'
import type { AgentSite, Running } from '../../engine/compile/component.ts'
import { connectionWatchers } from '../../engine/ports.ts'
import { Scope } from '../../engine/scope.ts'
import { settlesWithin } from '../../engine/settles-within.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { type Message, Workers } from './workers.ts'

/** Messages that come in. */
export interface Subscription {
  /** Asks for no more messages; resolves when none will come. */
  pause(): Promise<void>
}

export interface AgentInit {
  /** How its lines are called: `AMQP`. */
  readonly driver: string
  /** Where its messages come from. security: without user and password. */
  readonly broker: string
  /** Subscribes, and gives each message to `push`; rejects with why not. */
  readonly subscribe: (push: (message: Message) => void, signal: AbortSignal) => Promise<Opened<Subscription>>
}

/** What a message may take beyond its agent's time when the process ends: to be settled, and the connection to be closed. */
const SETTLE_MS = 2000
/** `sequential_start`: the longest that one agent may hold up the next. */
const START_MS = 1000

const DEFAULT_PREFETCH = 10

/** Messages that a broker sends ahead: so many as the file says, or as keep all workers busy. */
export function prefetchOf(count: number, { workers }: AgentSite['agent']): number {
  return count > 0 ? count : Math.max(DEFAULT_PREFETCH, workers * 2)
}

export async function runAgent(site: AgentSite, { driver, broker, subscribe }: AgentInit): Promise<Running> {
  const { agent, log, label } = site
  const title = `[SERVICE: AsyncAgent][${driver}][${agent.name}]`
  const scope = Scope.root()
  const workers = new Workers({
    workers: agent.workers,
    maxRate: agent.maxRate,
    handle: (body) => site.handle(body, scope),
    onFailure: (error) => log.error(`${title} ${error.message}`),
    onUnsettled: (what, error) => log.error(`${title} ${what}: ${error.message}`),
  })
  const tellState = stateLog(site, driver, title)
  log.debug(`${label} Starting the async agent`)
  const backOff = backOffOf(agent.backoffStrategy)
  const link = new Link<Subscription>({
    open: (signal) => subscribe((message) => workers.push(message), signal),
    // compat: KrakenD has tried once before it counts.
    backOff: (attempt) => backOff(attempt + 1),
    maxRetries: agent.maxRetries,
    onState(isUp, reason) {
      if (!isUp) workers.forget()
      tellState(isUp, reason)
    },
    onGivenUp: () => log.error(`${label} too many retries: no more messages until a reload or restart`),
  })
  for (const watcher of connectionWatchers(site, `${broker} (agent ${agent.name})`)) link.watch(watcher)
  const pings = setInterval(() => (link.value === null ? undefined : site.ping()), timerMs(agent.healthIntervalMs))
  if (site.config.service.sequentialStart) await settlesWithin(START_MS, link.attempted)
  return {
    stopWithinMs: agent.timeoutMs + SETTLE_MS,
    async stop() {
      clearInterval(pings)
      const subscription = link.value
      await subscription?.pause()
      if (subscription !== null) log.warning(`${title} Consumer stopped`)
      await workers.stop()
      await link.close()
      scope.end()
    },
  }
}

/** KrakenD's lines for an agent that has its messages, has lost them, or does not get any; one per change. */
function stateLog({ agent, log, ping }: AgentSite, driver: string, title: string): (isUp: boolean, reason: string) => void {
  let wasUp = false
  return function tellState(isUp, reason) {
    if (isUp) {
      ping()
      log.info(`${title} Starting the consumer`)
    } else if (wasUp) log.warning(`${title} Consumer stopped: ${reason}`)
    // compat: KrakenD's spelling of the label.
    else log.error(`[SERVICE: Asyncagent][${agent.name}] building the ${driver.toLowerCase()} subscriber: ${reason}`)
    wasUp = isUp
  }
}
