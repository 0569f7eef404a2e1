// Lines on their way to syslog, with programs in the place of `logger`: one that takes lines, ones that end, and none at all.

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { makeLog } from '../testing/index.ts'
import { createSharedMemory } from './shared.ts'
import { SinkHealth } from './sink-health.ts'
import { Syslog } from './syslog.ts'

const folder = mkdtempSync(join(tmpdir(), 'krakend-syslog-'))
const [socket, taken, program] = ['socket', 'taken', 'logger'].map((name) => join(folder, name)) as [string, string, string]
const target = { tag: '[GW]', priority: 'local3.info' }

let printed: string[]
let lines: string[]
let seen: (() => void) | null

function open(): Syslog {
  const say = makeLog()
  lines = say.lines
  const health = new SinkHealth({ shared: createSharedMemory(), label: '[SERVICE: Logging]', name: 'syslog', say: watched(say) })
  return new Syslog({ target, health, print: (text) => void printed.push(text), sockets: [join(folder, 'none'), socket], program })
}

function watched(log: ReturnType<typeof makeLog>): ReturnType<typeof makeLog> {
  const tell = (level: 'error' | 'info') => (message: string) => {
    log[level](message)
    seen?.()
  }
  return { ...log, error: tell('error'), info: tell('info') }
}

async function said(count: number): Promise<void> {
  while (lines.length < count) await new Promise<void>((resolve) => (seen = resolve))
}

function script(body: string): void {
  writeFileSync(program, `#!/bin/sh\n${body}\n`)
  chmodSync(program, 0o755)
}

describe('syslog', { skip: process.platform === 'win32' ? 'there is no syslog on Windows' : false }, () => {
  beforeEach(() => {
    ;[printed, lines, seen] = [[], [], null]
    for (const path of [taken, program]) rmSync(path, { force: true })
    writeFileSync(socket, '')
  })
  after(() => rmSync(folder, { recursive: true }))

  test('lines reach the program, those before the end as well, and who speaks', async () => {
    script(`echo "$@" > ${taken}; cat >> ${taken}`)
    const syslog = open()
    syslog.write('INFO > a\n', 'a\n')
    syslog.write('INFO > b\n', null)
    await syslog.end()
    syslog.write('INFO > late\n', 'late\n')
    const whose = `--tag=[GW] --priority=local3.info --id=${process.pid}`
    assert.equal(readFileSync(taken, 'utf8'), `--socket=${socket} --socket-errors=on --size=64KiB ${whose}\nINFO > a\nINFO > b\n`)
    assert.deepEqual([printed, lines], [['late\n'], []])
  })

  test('without a daemon standard output has what it would not have otherwise; one line says so, and one that there is one', async () => {
    rmSync(socket)
    script(`cat >> ${taken}`)
    const syslog = open()
    syslog.write('INFO > a\n', 'a\n')
    syslog.write('INFO > b\n', null)
    assert.deepEqual(printed, ['a\n'])
    writeFileSync(socket, '')
    await said(2)
    syslog.write('INFO > c\n', 'c\n')
    await syslog.end()
    assert.equal(readFileSync(taken, 'utf8'), 'INFO > c\n')
    assert.deepEqual(lines, [
      'ERROR [SERVICE: Logging] syslog cannot be written to: there is no daemon: no socket /dev/log; lines go to standard output until it can',
      'INFO [SERVICE: Logging] syslog takes records again, 0 were lost',
    ])
  })

  test('a program that finds no daemon loses nothing', async () => {
    script('echo "logger: socket x: Connection refused" >&2; exit 1')
    const syslog = open()
    syslog.write('INFO > a\n', 'a\n')
    await said(1)
    syslog.write('INFO > b\n', 'b\n')
    await syslog.end()
    assert.deepEqual(printed, ['a\n', 'b\n'])
    assert.match(lines[0] ?? '', /cannot be written to: logger: socket x: Connection refused; lines go to/)
  })

  test('a program that is not there is a line', async () => {
    const syslog = open()
    syslog.write('INFO > a\n', 'a\n')
    await said(1)
    await syslog.end()
    assert.deepEqual([printed, existsSync(taken)], [['a\n'], false])
    assert.match(lines[0] ?? '', /cannot be written to: spawn .*logger ENOENT; lines go to/)
  })
})
