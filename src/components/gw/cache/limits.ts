// The store of a cache: it outlives reloads that leave alone what makes its answers, and has its part of the limits of all workers.

import type { BackendConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { purgeableCaches } from '../../../engine/ports.ts'
import { countWorkers } from '../../../engine/worker-count.ts'
import { digestOf } from '../../../json/digest-of.ts'
import type { Options } from './options.ts'
import { CacheStore } from './store.ts'

/** Everything in the file that makes the answers, wherever it stands. */
function madeOf({ endpoint, backend }: Site): object | null {
  if (backend !== null) return unplaced(backend)
  return endpoint === null ? null : { ...endpoint, at: null, backends: endpoint.backends.map(unplaced) }
}

function unplaced(backend: BackendConfig): object {
  return { ...backend, at: null, fallback: backend.fallback === null ? null : unplaced(backend.fallback) }
}

export function openStore<T>(site: Site, { max_items, max_size }: Options): CacheStore<T> {
  const workers = countWorkers(site)
  const limits = () => ({ maxItems: Math.max(1, Math.floor(max_items / workers())), maxBytes: Math.floor(max_size / workers()) })
  // security: what a reload takes out of answers must not be given from what was kept before.
  const name = `cache ${site.id} ${digestOf(madeOf(site))}`
  const store = site.pool.share(
    name,
    () => new CacheStore<T>(limits),
    () => {},
  )
  site.provide(purgeableCaches, (selector) => store.purge(selector))
  return store
}
