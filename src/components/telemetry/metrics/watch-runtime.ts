// Watches the JavaScript engine of one thread: its pauses as they come, its heap now and then.

import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Clock } from '../../../engine/compile/component.ts'
import { timerMs } from '../../../engine/timer-ms.ts'
import type { HeapFigures, RuntimeMemory } from './runtime-memory.ts'

/** Gives the function that ends it. */
export function watchRuntime(memory: RuntimeMemory, everyMs: number, clock: Clock): () => void {
  const thread = memory.join()
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) memory.paused(duration, clock.now())
  })
  observer.observe({ entryTypes: ['gc'] })
  const publish = (): void => thread.publish(readHeap())
  publish()
  const timer = setInterval(publish, timerMs(everyMs)).unref()
  return () => {
    clearInterval(timer)
    observer.disconnect()
    thread.leave()
  }
}

function readHeap(): HeapFigures {
  const { used_heap_size: used, total_heap_size: total, external_memory: external, total_allocated_bytes: allocated } = getHeapStatistics()
  return { used, total, external, allocated }
}
