// `krakend audit` as a shell sees it: exit codes and what stands on standard error.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { BIN, krakend, node } from './test-commands.ts'

interface Answer {
  readonly exit: number | null
  readonly text: string
}

describe('krakend audit', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-'))
    writeFileSync(join(folder, 'small.json'), '{"version": 3}')
    // a protection of KrakenD Enterprise and an unknown namespace: no reason to refuse, nothing to say about
    writeFileSync(join(folder, 'keys.json'), '{"version": 3, "extra_config": {"auth/api-keys": {}, "nobody": {}}}')
    writeFileSync(join(folder, 'broken.json'), '{')
    writeFileSync(join(folder, 'ignored'), '3.1.1\r\n\n 5.2.2 \n')
  })
  after(() => rmSync(folder, { recursive: true }))

  async function audit(...args: readonly string[]): Promise<Answer> {
    const { exit, stdout, stderr } = await krakend(folder, 'audit', ...args)
    assert.equal(stdout, '')
    return { exit, text: stderr }
  }

  test('reports what it was asked for, and nothing else', async () => {
    const answer = await audit(
      '-c',
      'keys.json',
      '-s',
      'MEDIUM',
      '-i',
      '2.2.1,4.1.1, 4.2.1',
      '-f',
      '{{ range .Recommendations }}{{ .Rule }} {{ end }}',
    )
    assert.deepEqual(answer, { exit: 1, text: '1.1.2 4.3.1 ' })
  })
  test('exits with 0 when nothing is left; rules of a file and of the line are ignored', async () => {
    assert.deepEqual(await audit('-c', 'small.json', '-s', 'LOW', '-I', 'ignored', '-i', '5.2.3'), { exit: 0, text: '' })
  })
  test('empty options count as absent', async () => {
    const { exit, text } = await audit('-c', 'small.json', '--ignore-file=', '--format=', '-i', '', '--severity', 'CRITICAL,LOW')
    assert.equal(exit, 1)
    assert.match(text, /^3\.1\.1\t\[LOW\] {3}\tEnable a bot detector\.\n5\.2\.2\t/)
  })
  test('warns of severities that do not exist: they would hide rules', async () => {
    const text = 'WARNING no rule has the severity "high": there are CRITICAL, HIGH, MEDIUM, LOW\n'
    assert.deepEqual(await audit('-c', 'small.json', '-s', 'high'), { exit: 0, text })
  })
  test('says what is wrong with the file', async () => {
    const { exit, text } = await audit('-c', 'broken.json')
    assert.equal(exit, 1)
    assert.match(text, /^ERROR parsing the configuration file:\t'broken\.json': /)
  })
  test('says what is wrong with the ignore file and with the template', async () => {
    const missing = 'ERROR accessing the ignore file:\topen absent: no such file or directory\n\n'
    assert.deepEqual(await audit('-c', 'small.json', '-I', 'absent'), { exit: 1, text: missing })
    const unread = 'ERROR parsing the template:\ttemplate: audit:1: function "x" not defined\n\n'
    assert.deepEqual(await audit('-c', 'small.json', '-f', '{{ x }}'), { exit: 1, text: unread })
    const { exit, text } = await audit('-c', 'small.json', '-f', '{{ .X }}')
    assert.equal(exit, 1)
    assert.match(text, /^ERROR rendering the results:\ttemplate: audit:1:3: /)
  })
  test('has no colours on a terminal whose owner wants none', () => {
    const onTerminal = (noColor: string): string =>
      node(folder, ['--import', 'data:text/javascript,process.stderr.isTTY=true', BIN, 'audit', '-c', 'small.json'], { NO_COLOR: noColor })
        .stderr
    assert.ok(onTerminal('').includes('\u001B['))
    assert.ok(!onTerminal('1').includes('\u001B['))
  })
  test('asks for a file when there is none', async () => {
    const text = 'Please, provide the path to the configuration file with --config or see all the options with --help\n'
    assert.deepEqual(await audit(), { exit: 1, text })
  })
})
