// Writes whole lines to a file descriptor, in order, without holding up whoever has something to say.

import { write, writeSync } from 'node:fs'

/** The two calls of node:fs; tests have their own. */
export interface WriterInit {
  /** Lines are written in pieces of at most this size; a longer line alone. */
  readonly maxPieceBytes: number
  /** Whether the descriptor answers a write at once, be it with EAGAIN. */
  readonly neverBlocks: boolean
  /** How lost lines are told, with its line feed. */
  readonly describeLoss?: (lines: number) => string
  readonly write?: (bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void
  readonly writeSync?: (bytes: Buffer) => number
}

/** A reader that stands still costs lines, not the gateway's memory. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024
/** A full pipe is tried again after this time. */
const FULL_MS = 5
/** Nobody reads any more. */
const STALLED_MS = 1000
/** The reader is gone for good; other errors (a full disk) may pass. */
const FINAL_ERRORS = new Set(['EPIPE', 'EBADF'])
const FULL_ERRORS = new Set(['EAGAIN', 'EBUSY'])

interface Waiting {
  readonly timer: NodeJS.Timeout
  readonly finish: () => void
}

export class LineWriter {
  readonly #init: Required<WriterInit>
  /** Lines that came while a piece is being written. */
  #pending = ''
  #pendingBytes = 0
  #queue: Buffer[] = []
  #queuedBytes = 0
  /** What is being written; null between two pieces. */
  #piece: Buffer | null = null
  /** The time until a piece is tried again, or after an error the next one. */
  #retry: NodeJS.Timeout | undefined
  #isOver = false
  /** Something was written in this turn of the event loop, or will be at its end. */
  #isTurnUsed = false
  #lostLines = 0
  #maxPieceBytes: number
  readonly #waiting = new Set<Waiting>()

  constructor(fd: number, init: WriterInit) {
    this.#init = {
      write: (bytes, done) => write(fd, bytes, done),
      writeSync: (bytes) => writeSync(fd, bytes),
      describeLoss: (lines) => `krakend: ${lines} lines of the log were lost, nobody read them\n`,
      ...init,
    }
    this.#maxPieceBytes = init.maxPieceBytes
  }

  /** What is written from now on comes in pieces of at most this size. */
  limitPieces(maxBytes: number): void {
    this.#maxPieceBytes = maxBytes
  }

  /**
   * Takes lines, each with its line feed.
   * perf: what comes in one turn of the event loop, or while a piece is being written, becomes one piece.
   */
  write(lines: string): void {
    if (this.#isOver) return
    const isFirst = this.isIdle && !this.#isTurnUsed
    if (isFirst && this.#init.neverBlocks) {
      this.#writeNow(Buffer.from(lines))
      return
    }
    const bytes = Buffer.byteLength(lines)
    if (this.#pendingBytes + bytes > this.#maxPieceBytes) this.#queuePending()
    this.#pending += lines
    this.#pendingBytes += bytes
    if (isFirst) this.#waitForTurn()
  }

  /** Whether everything is written that came. */
  get isIdle(): boolean {
    return this.#piece === null && this.#pending === '' && this.#queue.length === 0
  }

  /** Resolves when everything is written so far, or when nobody has read anything for a second. */
  drain(): Promise<void> {
    if (this.#piece === null) this.#next()
    if (this.#piece === null) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(waiting.timer)
        this.#waiting.delete(waiting)
        resolve()
      }
      const waiting: Waiting = { timer: setTimeout(finish, STALLED_MS), finish }
      this.#waiting.add(waiting)
    })
  }

  /** The same, and writes nothing afterwards. */
  async end(): Promise<void> {
    await this.drain()
    this.#stop()
  }

  /** For the last moment of a process: writes what there is before it returns, as far as somebody reads it within a second. */
  flushSync(): void {
    this.#queuePending()
    const isPieceFree = this.#retry !== undefined
    clearTimeout(this.#retry)
    const rest = [...(isPieceFree && this.#piece !== null ? [this.#piece] : []), ...this.#queue]
    this.#stop()
    const untilMs = Date.now() + STALLED_MS
    for (let piece of rest) {
      while (piece.length > 0) {
        try {
          piece = piece.subarray(this.#init.writeSync(piece))
        } catch (error) {
          if (!FULL_ERRORS.has((error as NodeJS.ErrnoException).code ?? '') || Date.now() > untilMs) return
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_MS)
        }
      }
    }
  }

  /** The first lines of a turn, so that whoever gets an answer finds in the log what led to it; and all others of it at its end. */
  #writeNow(bytes: Buffer): void {
    let written = 0
    try {
      written = this.#init.writeSync(bytes)
    } catch {
      // Writing in the background has the same error, and treats it.
    }
    if (written < bytes.length) {
      this.#queue.push(bytes.subarray(written))
      this.#queuedBytes += bytes.length - written
      this.#next()
      return
    }
    this.#waitForTurn()
  }

  #waitForTurn(): void {
    this.#isTurnUsed = true
    setImmediate(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    this.#isTurnUsed = false
    if (this.#piece !== null || this.#retry !== undefined || this.#isOver) return
    if (!this.#init.neverBlocks || this.#queue.length > 0 || this.#pending === '') {
      this.#next()
      return
    }
    this.#writeNow(this.#takePending())
  }

  #takePending(): Buffer {
    const bytes = Buffer.from(this.#pending)
    this.#pending = ''
    this.#pendingBytes = 0
    return bytes
  }

  #queuePending(): void {
    if (this.#pending === '') return
    const piece = this.#takePending()
    if (this.#queuedBytes + piece.length > MAX_QUEUED_BYTES) {
      this.#lose(piece)
      return
    }
    this.#queue.push(piece)
    this.#queuedBytes += piece.length
  }

  #next(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.#queue.length === 0) this.#queuePending()
    this.#piece = this.#queue.shift() ?? null
    if (this.#piece !== null) this.#start()
    else if (this.#lostLines > 0) {
      this.#pending = this.#init.describeLoss(this.#lostLines)
      this.#pendingBytes = Buffer.byteLength(this.#pending)
      this.#lostLines = 0
      this.#next()
    } else for (const { finish } of this.#waiting) finish()
  }

  readonly #start = (): void => {
    this.#retry = undefined
    if (this.#piece !== null) this.#init.write(this.#piece, this.#onWritten)
  }

  readonly #onWritten = (error: NodeJS.ErrnoException | null, written: number): void => {
    const piece = this.#piece
    if (this.#isOver || piece === null) return
    if (error !== null) {
      this.#onError(piece, error)
      return
    }
    for (const { timer } of this.#waiting) timer.refresh()
    this.#queuedBytes -= written
    if (written < piece.length) {
      this.#piece = piece.subarray(written)
      this.#start()
    } else this.#next()
  }

  #onError(piece: Buffer, { code = '' }: NodeJS.ErrnoException): void {
    if (FULL_ERRORS.has(code)) this.#retry = setTimeout(this.#start, FULL_MS)
    else if (FINAL_ERRORS.has(code)) this.#stop()
    else {
      this.#queuedBytes -= piece.length
      this.#lose(piece)
      this.#retry = setTimeout(() => this.#next(), STALLED_MS)
      this.#retry.unref()
    }
  }

  #stop(): void {
    this.#isOver = true
    this.#piece = null
    this.#queue = []
    this.#pending = ''
    clearTimeout(this.#retry)
    for (const { finish } of this.#waiting) finish()
  }

  #lose(piece: Buffer): void {
    for (const byte of piece) if (byte === 10) this.#lostLines++
  }
}
