// Lines against descriptors that take little, nothing, or fail; with a system of our own.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import * as fc from 'fast-check'
import { LineWriter } from './line-writer.ts'

interface Descriptor {
  readonly writer: LineWriter
  /** What has been written. */
  readonly text: () => string
  /** Answers the write that waits: so many bytes of it, or an error. */
  readonly take: (bytes?: number) => void
  readonly fail: (code: string) => void
  readonly pieces: readonly Buffer[]
}

function openDescriptor(maxPieceBytes = 4096, neverBlocks = false): Descriptor {
  let text = ''
  let done: ((error: NodeJS.ErrnoException | null, written: number) => void) | null = null
  const pieces: Buffer[] = []
  const writer = new LineWriter(-1, {
    maxPieceBytes,
    neverBlocks,
    write(piece, callback) {
      pieces.push(piece)
      done = callback
    },
    writeSync(piece) {
      text += String(piece)
      return piece.length
    },
  })
  function answer(error: NodeJS.ErrnoException | null, written: number): void {
    const callback = done
    done = null
    assert.ok(callback !== null, 'nothing is being written')
    callback(error, written)
  }
  return {
    writer,
    pieces,
    text: () => text,
    take(bytes) {
      const piece = pieces.at(-1) ?? Buffer.alloc(0)
      const written = Math.min(bytes ?? piece.length, piece.length)
      text += piece.toString('latin1', 0, written)
      answer(null, written)
    },
    fail: (code) => answer(Object.assign(new Error(code), { code }), 0),
  }
}

function endTurn(): void {
  mock.timers.tick(0)
}

describe('LineWriter', () => {
  // Time stands still: a turn of the event loop ends when a test says so.
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] }))
  afterEach(() => mock.timers.reset())

  test('lines become pieces of a bounded size; none is lost or torn whatever the descriptor takes', () => {
    const lines = fc.array(fc.stringMatching(/^[a-z]{0,60}$/), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1 }), (texts, steps) => {
        const { writer, take, text, pieces } = openDescriptor(100)
        for (const line of texts) writer.write(`${line}\n`)
        endTurn()
        const expected = texts.map((line) => `${line}\n`).join('')
        for (let i = 0; text() !== expected; i++) take(steps[i % steps.length])
        assert.ok(pieces.every((piece) => piece.length <= 100 && piece.at(-1) === 10))
      }),
      { numRuns: 50 },
    )
  })

  test('a full pipe is tried again, and nothing is lost', async () => {
    const { writer, take, fail, text } = openDescriptor()
    writer.write('one\n')
    const drained = writer.drain()
    fail('EAGAIN')
    mock.timers.tick(5)
    take(2)
    take()
    await drained
    assert.equal(text(), 'one\n')
  })

  test('what comes in a turn is one piece, and so is what comes while it is written', () => {
    const { writer, take, pieces } = openDescriptor()
    for (const line of ['one\n', 'two\n']) writer.write(line)
    assert.equal(pieces.length, 0)
    endTurn()
    for (const line of ['three\n', 'four\n']) writer.write(line)
    endTurn()
    take()
    assert.deepEqual(pieces.map(String), ['one\ntwo\n', 'three\nfour\n'])
  })

  test('a reader that is gone ends the writing', async () => {
    const { writer, fail, pieces } = openDescriptor()
    writer.write('one\n')
    const drained = writer.drain()
    fail('EPIPE')
    await drained
    writer.write('two\n')
    assert.equal(pieces.length, 1)
  })

  test('a full disk costs what it could not take, and is told afterwards', () => {
    const { writer, take, fail, text, pieces } = openDescriptor()
    writer.write('one\ntwo\n')
    endTurn()
    fail('ENOSPC')
    writer.write('three\n')
    endTurn()
    assert.equal(pieces.length, 1, 'the disk has a second')
    mock.timers.tick(1000)
    take()
    take()
    assert.equal(text(), 'three\nkrakend: 2 lines of the log were lost, nobody read them\n')
  })

  test('who stands still costs lines beyond 16 MiB, no memory', () => {
    const { writer, take, text } = openDescriptor(64 * 1024)
    const line = `${'x'.repeat(65_535)}\n`
    for (let i = 0; i < 300; i++) writer.write(line)
    endTurn()
    for (let i = 0; i < 258; i++) take()
    assert.equal(text().length, 257 * 65_536 + 'krakend: 43 lines of the log were lost, nobody read them\n'.length)
  })

  test('draining ends when nobody reads', async () => {
    const { writer, fail, text } = openDescriptor()
    writer.write('one\n')
    const ended = writer.end()
    fail('EAGAIN')
    for (let i = 0; i < 200; i++) {
      mock.timers.tick(5)
      if (i < 199) fail('EAGAIN')
    }
    writer.write('too late\n')
    await ended
    writer.flushSync()
    assert.equal(text(), '')
  })

  test('the last moment writes what waits, in order', () => {
    const { writer, fail, text } = openDescriptor(10)
    for (const line of ['first\n', 'second\n', 'third\n']) writer.write(line)
    endTurn()
    fail('EAGAIN')
    writer.flushSync()
    assert.equal(text(), 'first\nsecond\nthird\n')
  })

  test('where that cannot block, the first line of a turn is there at once, the others together at its end', async () => {
    const { writer, text, pieces } = openDescriptor(4096, true)
    writer.write('first\n')
    assert.equal(text(), 'first\n')
    writer.write('second\n')
    writer.write('third\n')
    assert.equal(text(), 'first\n')
    endTurn()
    assert.equal(text(), 'first\nsecond\nthird\n')
    endTurn()
    writer.write('fourth\n')
    await writer.end()
    assert.equal(text(), 'first\nsecond\nthird\nfourth\n')
    assert.equal(pieces.length, 0)
  })
})
