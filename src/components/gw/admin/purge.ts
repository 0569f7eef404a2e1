// What a purge asks for, and purging in all workers: each has caches of its own, and tells how many entries went.

import { BroadcastChannel } from 'node:worker_threads'
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

interface Request {
  readonly id: string
  readonly selector: PurgeSelector
}

interface Reply {
  readonly id: string
  readonly purged: number
}

export interface PurgeChannel {
  /** How many entries went in all workers that have answered before the scope ended. */
  purge(selector: PurgeSelector, scope: Scope): Promise<number>
  close(): void
}

/** `countWorkers`: all that listen to `name`, this one among them. */
export function openPurgeChannel(name: string, purgeHere: PurgeHere, countWorkers: () => number): PurgeChannel {
  const requests = new BroadcastChannel(`${name} requests`)
  const replies = new BroadcastChannel(`${name} replies`)
  // What has the name of a window's method is one of a channel: it has no origin to name.
  const [request, reply] = [requests.postMessage.bind(requests), replies.postMessage.bind(replies)]
  const waiting = new Map<string, (purged: number) => void>()
  requests.onmessage = ({ data }: { data: unknown }) => {
    const { id, selector } = data as Request
    reply({ id, purged: purgeHere(selector) } satisfies Reply)
  }
  replies.onmessage = ({ data }: { data: unknown }) => {
    const { id, purged } = data as Reply
    waiting.get(id)?.(purged)
  }
  // Nobody is kept running by waiting for a purge.
  requests.unref()
  replies.unref()
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
        request({ id, selector } satisfies Request)
      })
    },
    close() {
      requests.close()
      replies.close()
    },
  }
}
