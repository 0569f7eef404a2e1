// Asks every host of a backend how it is, again and again: one worker for all of them.

import { discardBody, NO_BODY } from '../../../engine/body.ts'
import type { Logger } from '../../../engine/compile/component.ts'
import { asError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { Sender } from '../../../engine/types.ts'
import { timerMs } from '../../../engine/timer-ms.ts'
import type { Entry } from './host-set.ts'
import type { HostTable } from './host-table.ts'

export interface HealthRules {
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly thresholds: { readonly healthy: number; readonly unhealthy: number }
  readonly isGood: (status: number) => boolean
  /** name, value, name, value … */
  readonly fields: readonly string[]
}

export interface HealthInit {
  readonly rules: HealthRules
  readonly entries: () => readonly Entry[]
  readonly table: HostTable
  readonly send: Sender
  readonly readMs: () => number
  readonly random: () => number
  readonly log: Pick<Logger, 'info'>
  readonly label: string
}

/** A tenth of the interval more or less, so that many gateways do not ask at the same moment. */
const JITTER = 0.1
/** What the shared turn may come earlier than the own timer. */
const TURN_SHARE = 0.85

/** Begins at once; gives how to end it. */
export function startHealthChecks(init: HealthInit): () => void {
  const { rules, table, readMs, random } = init
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const look = (): void => {
    if (isOver) return
    if (table.takeTurn(readMs(), rules.intervalMs * TURN_SHARE)) checkAll(init)
    timer = setTimeout(look, timerMs(rules.intervalMs * (1 - JITTER + 2 * JITTER * random())))
    timer.unref()
  }
  look()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

function checkAll(init: HealthInit): void {
  const seen = new Set<string>()
  for (const entry of init.entries()) {
    if (seen.has(entry.url)) continue
    seen.add(entry.url)
    void checkHost(entry, init).then(({ isGood, words }) => {
      // Its place may be another host's by now.
      if (!init.entries().some(({ record }) => record === entry.record)) return
      if (!entry.record.check(isGood, init.rules.thresholds)) return
      init.log.info(`${init.label} ${entry.url} is ${isGood ? 'healthy' : 'unhealthy'}: ${words}`)
    })
  }
}

/** Never rejects. */
async function checkHost({ target }: Entry, { rules, send }: HealthInit): Promise<{ isGood: boolean; words: string }> {
  const scope = Scope.root().child(rules.timeoutMs)
  try {
    const { origin, basePath } = target
    const headers = new HeaderMap([...rules.fields])
    const answer = await send({ method: 'GET', origin, path: basePath + rules.path, headers, body: NO_BODY, wantsStream: true }, scope)
    discardBody(answer.body)
    return { isGood: rules.isGood(answer.statusCode), words: `status ${answer.statusCode}` }
  } catch (error) {
    return { isGood: false, words: asError(error).message }
  } finally {
    scope.close()
  }
}
