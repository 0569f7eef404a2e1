// What the operating system tells the process: stop, or read the file again.

import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

/** What `untilStop` says when the terminal was closed that the process was started from. */
export const HANGUP = 'hangup'

/** What a shell makes of a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130
/** The same of SIGTERM. */
const EXIT_TERMINATED = 143
/** A terminal signals all programs of a pipeline, and launchers hand it on: one Ctrl-C may come twice. */
const ECHO_MS = 200
/** Who waits that long at a terminal may want to know why. */
const HINT_AFTER_MS = 500
const HINT = 'Waiting for requests in flight; Ctrl-C again ends them\n'

export interface Signals {
  /** Resolves with Go's name of the signal that ends the process in order. Until it is asked for, the system's default ends it. */
  untilStop(): Promise<string>
  /** Calls `listener` for each SIGHUP, also for one that came before. */
  onReload(listener: () => void): void
}

/** Process 1 of a container gets only the signals that it listens for: until the gateway does, they end it as they end any other. */
const ENDS = { SIGTERM: () => process.exit(EXIT_TERMINATED), SIGINT: () => process.exit(EXIT_INTERRUPTED) } as const

/** What holds from the first moment on, whatever the command. */
export function guardSignals(): void {
  // security: without a listener Node.js opens its debugger to everybody on this machine.
  process.on('SIGUSR1', () => {})
  if (process.pid === 1) for (const [signal, end] of Object.entries(ENDS)) process.on(signal, end)
}

/** Listens from now on: a SIGHUP no longer ends the process. */
export function watchSignals(): Signals {
  let isReloadAsked = false
  let reload = (): void => {
    isReloadAsked = true
  }
  const stop = Promise.withResolvers<string>()
  const isAtTerminal = isatty(0) || isatty(1)
  process.on('SIGHUP', () => {
    // A closed terminal says it the same way: nobody is left who could stop the gateway.
    if (isAtTerminal && isTerminalGone()) stop.resolve(HANGUP)
    else reload()
  })
  return {
    untilStop() {
      for (const [signal, end] of Object.entries(ENDS)) process.off(signal, end)
      // A second signal must not kill requests that still run: the listeners stay. Hands at a terminal mean it, though.
      let askedMs = Number.POSITIVE_INFINITY
      process.on('SIGINT', () => {
        const sinceMs = performance.now() - askedMs
        if (isAtTerminal && sinceMs > ECHO_MS) endNow()
        if (sinceMs >= 0) return
        askedMs = performance.now()
        stop.resolve('interrupt')
        if (isAtTerminal) setTimeout(() => process.stderr.write(HINT), HINT_AFTER_MS).unref()
      })
      process.on('SIGTERM', () => stop.resolve('terminated'))
      return stop.promise
    },
    onReload(listener) {
      reload = listener
      if (isReloadAsked) listener()
    },
  }
}

function endNow(): never {
  process.stderr.write('Ended at once: requests in flight were cut off\n')
  process.exit(EXIT_INTERRUPTED)
}

function isTerminalGone(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    return true
  }
}
