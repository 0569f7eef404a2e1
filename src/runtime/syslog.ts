// Lines on their way to the daemon of syslog on this machine: through `logger` of util-linux, since Node.js opens no sockets of datagrams.
// While it cannot be reached, standard output has them.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { SyslogTarget } from '../log/syslog-target.ts'
import { BackOff } from './back-off.ts'
import type { SinkHealth } from './sink-health.ts'
import { timerMs } from '../engine/timer-ms.ts'

/** Where Go looks for the daemon, in its order. */
const SOCKETS = ['/dev/log', '/var/run/syslog', '/var/run/log']
/** `logger` ends at once where it finds no daemon, and says nothing where it does. */
const SETTLED_MS = 200
/** What `logger` has not read yet. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Longer lines arrive in several messages. */
const LONGEST = '64KiB'
const END_MS = 1000
const MAX_REASON = 200

export interface SyslogInit {
  readonly target: SyslogTarget
  readonly health: SinkHealth
  /** Standard output. */
  readonly print: (text: string) => void
  readonly sockets?: readonly string[]
  readonly program?: string
}

export interface SyslogSink {
  /** Takes whole lines, each with its line feed. `printed`: what standard output gets where syslog does not; null where it has it already. */
  write(lines: string, printed: string | null): void
}

interface Entry {
  readonly lines: string
  readonly printed: string | null
}

export class Syslog implements SyslogSink {
  readonly #init: SyslogInit
  readonly #backOff = new BackOff()
  /** Null while none runs. */
  #child: ChildProcess | null = null
  /** What came while it is not known whether the child has found a daemon; null at other times. */
  #held: Entry[] | null = null
  #heldBytes = 0
  #startedMs = 0
  #isOver = false
  #settling: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(init: SyslogInit) {
    this.#init = init
    this.#start()
  }

  write(lines: string, printed: string | null): void {
    if (this.#isOver || this.#child === null) return this.#print({ lines, printed })
    if (this.#held === null) return this.#send({ lines, printed })
    if (this.#heldBytes + lines.length > MAX_WAITING_BYTES) return this.#print({ lines, printed })
    this.#heldBytes += lines.length
    this.#held.push({ lines, printed })
  }

  async end(): Promise<void> {
    this.#settled()
    this.#isOver = true
    clearTimeout(this.#retry)
    const child = this.#child
    if (child === null) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => child.kill(), END_MS)
    child.ref()
    child.once('close', resolve)
    child.stdin?.end()
    await promise
    clearTimeout(timer)
  }

  #start(): void {
    const path = (this.#init.sockets ?? SOCKETS).find((socket) => existsSync(socket))
    if (path === undefined) return this.#gone('there is no daemon: no socket /dev/log')
    const { tag, priority } = this.#init.target
    const whose = [`--tag=${tag}`, `--priority=${priority}`, `--id=${process.pid}`]
    const how = [`--socket=${path}`, '--socket-errors=on', `--size=${LONGEST}`]
    // A group of its own: Ctrl-C in a terminal ends the gateway, whose last lines it still takes.
    const child = spawn(this.#init.program ?? 'logger', [...how, ...whose], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
      env: { PATH: process.env.PATH },
    })
    let reason = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (reason = (reason + text).slice(0, MAX_REASON)))
    child.stdin?.on('error', () => {})
    child.on('error', ({ message }) => (reason ||= message))
    child.on('close', () => this.#ended(reason.trim().split('\n')[0] ?? ''))
    child.unref()
    this.#child = child
    this.#held = []
    this.#heldBytes = 0
    this.#startedMs = performance.now()
    this.#settling = setTimeout(() => this.#settled(), SETTLED_MS).unref()
  }

  /** It runs still, so it has found the daemon. */
  #settled(): void {
    clearTimeout(this.#settling)
    const held = this.#held ?? []
    this.#held = null
    if (this.#child === null) return
    this.#init.health.recovered()
    for (const entry of held) this.#send(entry)
  }

  #ended(reason: string): void {
    clearTimeout(this.#settling)
    const held = this.#held ?? []
    this.#child = null
    this.#held = null
    for (const entry of held) this.#print(entry)
    if (!this.#isOver) this.#gone(reason === '' ? 'logger has ended' : reason)
  }

  #gone(reason: string): void {
    const livedMs = this.#startedMs === 0 ? 0 : performance.now() - this.#startedMs
    this.#init.health.failed(`syslog cannot be written to: ${reason}; lines go to standard output until it can`)
    this.#retry = setTimeout(() => this.#start(), timerMs(this.#backOff.next(livedMs))).unref()
  }

  #send({ lines, printed }: Entry): void {
    const stdin = this.#child?.stdin ?? null
    if (stdin === null || stdin.writableLength > MAX_WAITING_BYTES) this.#print({ lines, printed })
    else stdin.write(lines)
  }

  #print({ printed }: Entry): void {
    if (printed !== null) this.#init.print(printed)
  }
}
