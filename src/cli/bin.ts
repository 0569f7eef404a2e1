#!/usr/bin/env node
// The program as the shell starts it: what holds for the whole process, and its exit code.

import { guardSignals } from '../runtime/signals.ts'
import { main } from './main.ts'

const OLDEST_NODE = 24

/** What Node.js does beside its own thread: look-ups of names, files, compression, keys. */
const SYSTEM_THREADS = 32

// A reader that goes away (`krakend help | head -1`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const [major = ''] = process.versions.node.split('.')
if (Number(major) < OLDEST_NODE) {
  process.stderr.write(`krakend: this is Node.js ${process.versions.node}, version ${OLDEST_NODE} or newer is needed\n`)
  process.exit(1)
}

// A name server that is silent keeps a thread busy for each host that it is asked for, and only half of the threads look names up. It counts
// before the first of them starts.
process.env.UV_THREADPOOL_SIZE ??= String(SYSTEM_THREADS)

process.title = 'krakend'
guardSignals()
process.exitCode = await main(process.argv.slice(2))
