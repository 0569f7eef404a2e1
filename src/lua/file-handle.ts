// An open file or a command's output, read through a buffer. Knows nothing of Lua values but strings of bytes.

import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { bufferOfBytes, textOfBytes } from './bytes.ts'
import type { Host } from './host.ts'

type Execute = NonNullable<Host['execute']>

const BUFFER_SIZE = 4096

export class FileHandle {
  readonly name: string
  readonly isReadable: boolean
  readonly isWritable: boolean
  readonly isProcess: boolean
  isClosed = false
  /** Asked before each piece that is read, with the bytes that wait: throws where a file never ends. */
  guard: (waiting: number) => void = () => {}
  /** Told once. */
  onClose: () => void = () => {}
  private readonly descriptor: number
  /** Where the next read or write happens; null: wherever the system is (pipes, terminals, appending). */
  private position: number | null
  private buffer = ''
  /** Whether nothing more is read: all there is stands in the buffer. */
  private isAtEnd: boolean
  /** A command that is written to runs when it is closed. */
  private readonly runCommand: ((input: string) => { status: number; output: string }) | null
  private input = ''
  /** Bytes that wait to be written, and from how many on they are. */
  private pending = ''
  private pendingLimit = 0
  private exitStatus = 0

  constructor(init: {
    name: string
    descriptor: number
    isReadable: boolean
    isWritable: boolean
    position?: number | null
    run?: (input: string) => { status: number; output: string }
    isAtEnd?: boolean
  }) {
    this.name = init.name
    this.descriptor = init.descriptor
    this.isReadable = init.isReadable
    this.isWritable = init.isWritable
    this.position = init.position ?? null
    this.runCommand = init.run ?? null
    this.isProcess = init.run !== undefined
    this.isAtEnd = init.isAtEnd ?? false
  }

  /**
   * `mode` is one of `io.open`'s, or `keep`: for writing, without emptying the file.
   * @throws the system's error
   */
  static open(name: string, mode: string): FileHandle {
    const kind = mode.replace('b', '')
    const flags = kind === 'keep' ? constants.O_WRONLY | constants.O_CREAT : kind
    const descriptor = openSync(textOfBytes(name), flags, 0o600)
    const isReadable = kind === 'r' || kind === 'a' || kind.endsWith('+')
    return new FileHandle({ name, descriptor, isReadable, isWritable: kind !== 'r', position: kind.startsWith('a') ? null : 0 })
  }

  /** One that has no name any more, and is gone when it is closed. */
  static openTemporary(name: string): FileHandle {
    const handle = FileHandle.open(name, 'w+')
    unlinkSync(textOfBytes(name))
    return handle
  }

  /** Runs a command at once for its output, or at `close` with what was written. */
  static command(command: string, isReadable: boolean, execute: Execute): FileHandle {
    const run = (input: string): { status: number; output: string } =>
      execute(textOfBytes(command), { capture: isReadable, input: bufferOfBytes(input) })
    const handle = new FileHandle({ name: '/bin/sh', descriptor: -1, isReadable, isWritable: !isReadable, run })
    if (isReadable) {
      const { status, output } = run('')
      handle.buffer = output
      handle.exitStatus = status
      handle.isAtEnd = true
    }
    return handle
  }

  write(bytes: string): void {
    if (this.runCommand !== null) {
      this.input += bytes
      return
    }
    this.pending += bytes
    if (this.pending.length >= this.pendingLimit) this.flush()
  }

  /** `size` bytes are kept before they are written; 0: none. */
  setBuffer(size: number): void {
    this.pendingLimit = size
    this.flush()
  }

  flush(): void {
    if (this.pending === '') return
    this.dropBuffer()
    const data = bufferOfBytes(this.pending)
    this.pending = ''
    for (let done = 0; done < data.length;) {
      const count = writeSync(this.descriptor, data, done, data.length - done, this.position)
      done += count
      if (this.position !== null) this.position += count
    }
  }

  /** Up to `count` bytes; null at the end of the file. */
  read(count: number): string | null {
    while (this.buffer.length < count && this.fill() !== '');
    if (count === 0 && this.buffer === '') this.fill()
    if (this.buffer === '') return null
    return this.take(count)
  }

  /** A line without its end; null at the end of the file. */
  readLine(): string | null {
    let end = this.buffer.indexOf('\n')
    while (end < 0) {
      const before = this.buffer.length
      const piece = this.fill()
      if (piece === '') return before === 0 ? null : this.take(before)
      // perf: what waits is not searched again: a line of megabytes takes time linear in its length.
      const at = piece.indexOf('\n')
      if (at >= 0) end = before + at
    }
    return this.take(end + 1).replace(/\r?\n$/, '')
  }

  readAll(): string {
    while (this.fill() !== '');
    return this.take(this.buffer.length)
  }

  /** A number in text, after white space; undefined where there is none. */
  readNumber(): string | null {
    let piece = this.buffer
    while (/^\s*$/.test(piece)) {
      piece = this.fill()
      if (piece === '') break
    }
    this.fill()
    const found = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(this.buffer)
    if (found === null) return null
    this.take(found[0].length)
    return found[1] ?? null
  }

  /** Null for a place before the beginning. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number | null {
    this.flush()
    this.dropBuffer()
    const start = whence === 'set' ? 0 : whence === 'cur' ? (this.position ?? 0) : fstatSync(this.descriptor).size
    if (start + offset < 0) return null
    this.position = start + offset
    return this.position
  }

  /** Gives a command's exit status, true for files. */
  close(): number | true {
    if (this.isClosed) return true
    this.isClosed = true
    this.onClose()
    if (this.runCommand === null) {
      try {
        this.flush()
      } finally {
        if (this.descriptor > 2) closeSync(this.descriptor)
      }
      return true
    }
    if (this.isReadable) return this.exitStatus
    return this.runCommand(this.input).status
  }

  private take(count: number): string {
    const bytes = this.buffer.slice(0, count)
    this.buffer = this.buffer.slice(count)
    return bytes
  }

  /** Reads on; gives what has come, nothing at the end of the file. */
  private fill(): string {
    if (this.isAtEnd) return ''
    this.guard(this.buffer.length)
    const chunk = Buffer.alloc(BUFFER_SIZE)
    const count = readSync(this.descriptor, chunk, 0, BUFFER_SIZE, this.position)
    if (this.position !== null) this.position += count
    const piece = chunk.toString('latin1', 0, count)
    this.buffer += piece
    return piece
  }

  /** What was read ahead was not read. */
  private dropBuffer(): void {
    if (this.position !== null) this.position -= this.buffer.length
    this.buffer = ''
  }
}
