// How many workers there are, for what each of them keeps by itself: limits of the file are shared among them.

import type { Site } from './compile/site.ts'

/** The number of workers now. Each counts itself once, whatever is reloaded. */
export function countWorkers({ shared, pool }: Pick<Site, 'shared' | 'pool'>): () => number {
  const words = new Int32Array(shared.buffer('cache workers', Int32Array.BYTES_PER_ELEMENT))
  pool.share(
    'cache workers',
    () => Atomics.add(words, 0, 1),
    () => void Atomics.sub(words, 0, 1),
  )
  return () => Math.max(1, Atomics.load(words, 0))
}
