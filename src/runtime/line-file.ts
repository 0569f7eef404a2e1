// Files that lines are appended to, and the standard error output, for those who do not write to the gateway's own log.

import { closeSync, openSync } from 'node:fs'
import type { LineSink } from '../engine/line-sink.ts'
import { LineWriter } from './line-writer.ts'

/** Lines of several threads never mix within it. */
const ATOMIC_BYTES = 4096
const STDERR_FD = 2
/** security: lines tell who asked for what. */
const MODE = 0o640

/** A new descriptor each time: whoever opens a file again after it was moved away (SIGHUP) writes to a new one. */
export function openLineFile(target: string): LineSink {
  const fd = target === 'stderr' ? STDERR_FD : openSync(target, 'a', MODE)
  const writer = new LineWriter(fd, {
    maxPieceBytes: ATOMIC_BYTES,
    neverBlocks: false,
    describeLoss: (lines) => `{"time":"${new Date().toISOString()}","lost_lines":${lines}}\n`,
  })
  const flush = (): void => writer.flushSync()
  process.on('exit', flush)
  return {
    write: (lines) => writer.write(lines),
    async end() {
      await writer.drain()
      const { isIdle } = writer
      await writer.end()
      process.off('exit', flush)
      // A write that hangs would go into whatever gets the same number next.
      if (isIdle && fd !== STDERR_FD) closeSync(fd)
    },
  }
}
