// What a purge asks for, and purging in all workers: each has caches of its own, and tells how many entries went.

import type { WorkerChannel } from '../../../engine/compile/component.ts'
import type { PurgeSelector } from '../../../engine/ports.ts'
import type { Scope } from '../../../engine/scope.ts'
import { isObject } from '../../../json/types.ts'

/** What is wrong with a purge as a text, or what goes. */
export function readSelector(body: unknown): PurgeSelector | string {
  if (!isObject(body)) return 'an object is needed: {"tags": […]}, {"paths": […]} or {"all": true}'
  const { tags = [], paths = [], all = false, ...others } = body
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `there is no "${unknown}", only "tags", "paths" and "all"`
  if (!isTexts(tags) || !isTexts(paths)) return '"tags" and "paths" are lists of texts'
  if (typeof all !== 'boolean') return '"all" is true or false'
  if (!all && tags.length === 0 && paths.length === 0) return 'nothing is named: {"tags": […]}, {"paths": […]} or {"all": true}'
  return { tags, paths, isAll: all }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string')
}

/** Purges the caches of one worker. */
type PurgeHere = (selector: PurgeSelector) => number

/** What workers tell each other: a purge that is asked for, and how many entries went. */
type Message = { readonly id: string; readonly selector: PurgeSelector } | { readonly id: string; readonly purged: number }

export interface PurgeInit {
  readonly connect: (onMessage: (message: unknown) => void) => WorkerChannel
  readonly purgeHere: PurgeHere
  /** All that are connected, this one among them. */
  readonly countWorkers: () => number
}

export interface PurgeChannel {
  /** How many entries went in all workers that have answered before the scope ended. */
  purge(selector: PurgeSelector, scope: Scope): Promise<number>
  close(): void
}

export function openPurgeChannel({ connect, purgeHere, countWorkers }: PurgeInit): PurgeChannel {
  const waiting = new Map<string, (purged: number) => void>()
  const channel = connect((received) => {
    const message = received as Message
    if ('purged' in message) waiting.get(message.id)?.(message.purged)
    else channel.send({ id: message.id, purged: purgeHere(message.selector) } satisfies Message)
  })
  return {
    purge(selector, scope) {
      let total = purgeHere(selector)
      let missing = countWorkers() - 1
      if (missing <= 0) return Promise.resolve(total)
      return new Promise((resolve) => {
        const id = crypto.randomUUID()
        const finish = (): void => {
          waiting.delete(id)
          resolve(total)
        }
        const forget = scope.onEnd(finish)
        waiting.set(id, (purged) => {
          total += purged
          if (--missing > 0) return
          forget()
          finish()
        })
        channel.send({ id, selector } satisfies Message)
      })
    },
    close: () => channel.close(),
  }
}
