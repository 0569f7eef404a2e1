// The store of a cache: it outlives reloads that leave its block alone, and has its part of the limits of all workers.

import type { Site } from '../../../engine/compile/component.ts'
import { purgeableCaches } from '../../../engine/ports.ts'
import { countWorkers } from '../../../engine/worker-count.ts'
import type { Options } from './options.ts'
import { CacheStore } from './store.ts'

export function openStore<T>(site: Site, { max_items, max_size, ...others }: Options): CacheStore<T> {
  const workers = countWorkers(site)
  const limits = () => ({ maxItems: Math.max(1, Math.floor(max_items / workers())), maxBytes: Math.floor(max_size / workers()) })
  const name = `cache ${site.id} ${JSON.stringify([max_items, max_size, others])}`
  const store = site.pool.share(
    name,
    () => new CacheStore<T>(limits),
    () => {},
  )
  site.provide(purgeableCaches, (selector) => store.purge(selector))
  return store
}
