// Calls a pipe for each element of a list, some at a time. Knows neither where the list is from nor where the results go.

import type { Scope } from '../../../engine/scope.ts'
import { asError, CANCELED } from '../../../engine/errors.ts'
import type { JsonValue } from '../../../json/types.ts'
import type { LoopItem } from '../../../engine/step-answers.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'

export interface LoopInit {
  readonly concurrency: number
  /** Whether the first failure ends the loop. */
  readonly endsAtFailure: boolean
  /** Whether the list is the client's. */
  readonly isClients: boolean
}

/** What an element's call came to: an error for one that failed, or was not made in time. */
export type Turn = PipeResponse | Error

/** A turn for each element, in order. Rejects with the first failure where that ends the loop; all other calls end then. Closes the scope. */
export async function runLoop(next: Pipe, list: readonly JsonValue[], request: PipeRequest, scope: Scope, init: LoopInit): Promise<Turn[]> {
  const turns = new Array<Turn>(list.length)
  const calls: LoopItem['calls'] = new Map()
  let following = 0
  let failure: Error | null = null
  const take = async (index: number): Promise<void> => {
    const item: LoopItem = { value: list[index] as JsonValue, index, isClients: init.isClients, calls }
    try {
      turns[index] = scope.reason ?? (await next({ ...request, item }, scope))
    } catch (error) {
      turns[index] = asError(error)
    }
    const turn = turns[index]
    if (!(turn instanceof Error) || !init.endsAtFailure || failure !== null) return
    failure = turn
    following = list.length
    scope.end(CANCELED)
  }
  const work = async (): Promise<void> => {
    while (following < list.length) await take(following++)
  }
  await Promise.all(Array.from({ length: Math.min(init.concurrency, list.length) }, work))
  scope.close()
  if (failure !== null) throw failure as Error
  return turns
}
