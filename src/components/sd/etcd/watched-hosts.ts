// The hosts under one prefix of etcd, kept up to date: listed, then watched, and listed again after each change or loss. Knows no backend.

import { isDeepStrictEqual } from 'node:util'
import { pause } from '../../../brokers/link.ts'
import type { Host, Hosts } from '../../../engine/compile/component.ts'
import type { EtcdClient } from './etcd-client.ts'

export interface WatchInit {
  readonly client: Pick<EtcdClient, 'list' | 'watch'>
  readonly prefix: string
  /** Put before values without a scheme. */
  readonly scheme: string
  /** Told once for each outage, and when it is over. */
  readonly report: (problem: string | null) => void
  /** Told of values that are no hosts. */
  readonly onInvalid: (value: string) => void
}

export interface WatchedHosts {
  readonly hosts: Hosts
  /** Resolves when the first look-up has succeeded or failed. */
  readonly ready: Promise<void>
  readonly stop: () => void
}

/** security: what somebody writes into a store costs no more memory than this. */
const MAX_HOSTS = 1000
const MAX_HOST_LENGTH = 512
const HOST = /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/i
/** Changes that come together are looked up together. */
const TOGETHER_MS = 50
const RETRY_MS = 1000

export function watchHosts(init: WatchInit): WatchedHosts {
  const stopping = new AbortController()
  const { signal } = stopping
  const first = Promise.withResolvers<void>()
  let hosts: readonly Host[] = []
  let isFailing = false

  function tell(problem: string | null): void {
    first.resolve()
    if (isFailing !== (problem !== null) && !signal.aborted) init.report(problem)
    isFailing = problem !== null
  }

  async function list(): Promise<bigint> {
    const { values, revision } = await init.client.list(init.prefix, signal)
    const next = toHosts(values, init)
    if (!isDeepStrictEqual(next, hosts)) hosts = next
    tell(null)
    return revision
  }

  /** Until it breaks, be it the watch or a look-up after it. A change that comes while the last one is looked up is looked up after it. */
  async function follow(): Promise<void> {
    const revision = await list()
    const breaking = new AbortController()
    let listing: Promise<unknown> = Promise.resolve()
    let isListing = false
    let isAskedAgain = false
    const change = (): void => {
      isAskedAgain = isListing
      if (isListing) return
      isListing = true
      listing = pause(TOGETHER_MS, signal)
        .then(list)
        .catch((error: unknown) => breaking.abort(error))
        .finally(() => {
          isListing = false
          if (isAskedAgain && !breaking.signal.aborted) change()
        })
    }
    try {
      await init.client.watch(init.prefix, revision + 1n, change, AbortSignal.any([signal, breaking.signal]))
    } finally {
      await listing
      breaking.signal.throwIfAborted()
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await follow()
      } catch (error) {
        tell((error as Error).message)
      }
      await pause(RETRY_MS, signal)
    }
  }

  void run()
  return { hosts: () => hosts, ready: first.promise, stop: () => stopping.abort() }
}

/** Each value once, with the weight of how often it is there. */
function toHosts(values: readonly string[], { scheme, onInvalid }: WatchInit): Host[] {
  const weights = new Map<string, number>()
  for (const value of values.slice(0, MAX_HOSTS)) {
    const text = value.trim().replace(/\/+$/, '')
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${scheme}://${text}`
    if (url.length > MAX_HOST_LENGTH || !HOST.test(url)) onInvalid(value.slice(0, MAX_HOST_LENGTH))
    else weights.set(url, (weights.get(url) ?? 0) + 1)
  }
  return [...weights].map(([url, weight]) => ({ url, weight }))
}
