// The figures of the engine under the names that Go's runtime has for its own. What has no counterpart in Node.js is 0.

import type { Captured } from './collector.ts'

/** Names behind `krakend.service.`, sorted as KrakenD prints them; values are numbers. */
export function serviceGauges(captured: Captured): ReadonlyMap<string, number> {
  const memory = Object.entries(memoryFigures(captured)).map(([name, value]): [string, number] => [`runtime.MemStats.${name}`, value])
  return new Map([
    ['debug.GCStats.LastGC', captured.lastCollectionMs * 1e6],
    ['debug.GCStats.NumGC', captured.collections],
    ['debug.GCStats.PauseTotal', captured.pauseTotalNs],
    ...memory,
    ['runtime.NumCgoCall', 0],
    ['runtime.NumGoroutine', 0],
    ['runtime.NumThread', captured.threads],
  ])
}

/** Go's runtime.MemStats, as far as it has single numbers. */
export function memoryFigures(captured: Captured): Readonly<Record<string, number>> {
  const { used, total, external, allocated, residentBytes } = captured
  return {
    Alloc: used + external,
    BuckHashSys: 0,
    DebugGC: 0,
    EnableGC: 1,
    Frees: 0,
    GCCPUFraction: 0,
    HeapAlloc: used,
    HeapIdle: total - used,
    HeapInuse: used,
    HeapObjects: 0,
    HeapReleased: 0,
    HeapSys: total,
    LastGC: captured.lastCollectionMs * 1e6,
    Lookups: 0,
    MCacheInuse: 0,
    MCacheSys: 0,
    MSpanInuse: 0,
    MSpanSys: 0,
    Mallocs: 0,
    NextGC: 0,
    NumGC: captured.collections,
    PauseTotalNs: captured.pauseTotalNs,
    StackInuse: 0,
    StackSys: 0,
    Sys: residentBytes,
    TotalAlloc: allocated,
  }
}
