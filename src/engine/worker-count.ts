// How many workers there are, for what each of them keeps by itself: limits of the file are shared among them.

import type { Site } from './compile/site.ts'

/** The number of workers now. Each counts itself once, whatever is reloaded. */
export function countWorkers({ shared, pool }: Pick<Site, 'shared' | 'pool'>): () => number {
  const workers = shared.tally('workers', 1)
  pool.share(
    'workers',
    () => workers.add(0, 1),
    () => workers.add(0, -1),
  )
  return () => Math.max(1, workers.read(0))
}
