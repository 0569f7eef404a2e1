// What the operating system and V8 say of this process, under the names that Prometheus' clients have for them. Linux only, as theirs.

import { readdirSync, readFileSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import type { Figure } from './prometheus-page.ts'

const PAGE_BYTES = 4096
const TICKS_PER_S = 100
const MS_PER_S = 1000

export interface FigureOptions {
  readonly process: boolean
  readonly runtime: boolean
}

/** Those that can be read; none of the operating system's without `/proc`. */
export function figuresOf(options: FigureOptions): Figure[] {
  return [...(options.process ? processFigures() : []), ...(options.runtime ? runtimeFigures() : [])]
}

function processFigures(): Figure[] {
  const figures = [
    one('process_start_time_seconds', 'Start time of the process since 1970 in seconds.', 'gauge', performance.timeOrigin / MS_PER_S),
  ]
  try {
    // The name of the program may hold spaces and brackets.
    const text = readFileSync('/proc/self/stat', 'latin1')
    const stat = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(stat[number - 3])
    figures.push(
      one('process_cpu_seconds_total', 'User and system CPU time in seconds.', 'counter', (field(14) + field(15)) / TICKS_PER_S),
      one('process_virtual_memory_bytes', 'Virtual memory in bytes.', 'gauge', field(23)),
      one('process_resident_memory_bytes', 'Resident memory in bytes.', 'gauge', field(24) * PAGE_BYTES),
      one('process_open_fds', 'Open file descriptors.', 'gauge', readdirSync('/proc/self/fd').length),
    )
    const [, maxFiles] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    if (maxFiles !== undefined) figures.push(one('process_max_fds', 'Largest number of open file descriptors.', 'gauge', Number(maxFiles)))
  } catch {
    return figures
  }
  return figures
}

/** compat: dashboards ask for these; what has no equivalent in Node.js is not there. */
function runtimeFigures(): Figure[] {
  const heap = getHeapStatistics()
  const figures = [
    one('go_memstats_heap_alloc_bytes', 'Bytes of live and not yet collected objects of the main thread.', 'gauge', heap.used_heap_size),
    one('go_memstats_heap_inuse_bytes', 'Bytes of the heap in use in the main thread.', 'gauge', heap.used_heap_size),
    one('go_memstats_heap_sys_bytes', 'Bytes of the heap obtained from the system for the main thread.', 'gauge', heap.total_heap_size),
  ]
  const threads = threadsOf()
  if (threads !== null) {
    figures.push(
      one('go_threads', 'Threads of the process.', 'gauge', threads),
      one('go_goroutines', 'Threads of the process: Node.js has no goroutines.', 'gauge', threads),
    )
  }
  return figures
}

function threadsOf(): number | null {
  try {
    const [, threads] = /^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
    return threads === undefined ? null : Number(threads)
  } catch {
    return null
  }
}

function one(name: string, help: string, type: Figure['type'], value: number): Figure {
  return { name, help, type, samples: [{ value }] }
}
