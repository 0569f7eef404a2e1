// Opens a port that only one thread can have; the others wait for it to become free. Knows nothing of what is served.

import type { Server } from 'node:net'

const RETRY_MS = 1000

export interface ListenOptions {
  readonly port: number
  /** Null: all interfaces. */
  readonly host: string | null
  /** A word of shared memory: 1 while a thread of this gateway has the port. */
  readonly claim: Int32Array
  onListening(port: number): void
  /** Told once, when somebody else has the port or it cannot be opened at all. */
  onRefused(reason: string): void
}

/** Opens now, or as soon as the thread that has the port closes it. Gives a function that closes it and its connections. */
export function listenWhenFree(server: Server, options: ListenOptions): () => void {
  let timer: NodeJS.Timeout | null = null
  let attempts = 0
  let isClosed = false

  function refuse(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EADDRINUSE') {
      options.onRefused(error.message)
      return
    }
    attempts++
    // On the first attempt a thread that has just opened it may not have said so yet.
    if (attempts === 2 && Atomics.load(options.claim, 0) === 0) options.onRefused(error.message)
    if (!isClosed) timer = setTimeout(open, RETRY_MS).unref()
  }

  function open(): void {
    timer = null
    try {
      if (options.host === null) server.listen(options.port)
      else server.listen(options.port, options.host)
    } catch (error) {
      // A number that is no port is thrown, not emitted.
      refuse(error as NodeJS.ErrnoException)
    }
  }

  server.on('error', refuse)
  server.on('listening', () => {
    Atomics.store(options.claim, 0, 1)
    const address = server.address()
    options.onListening(typeof address === 'object' && address !== null ? address.port : options.port)
  })
  open()

  return function close() {
    isClosed = true
    if (timer !== null) clearTimeout(timer)
    if (!server.listening) return
    Atomics.store(options.claim, 0, 0)
    server.close()
  }
}
