// What files of lines promise: whole lines at the end of the file, and another file after the old one was moved away.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLineFile } from './line-file.ts'

test('lines are appended; a file that was moved away is written anew when it is opened again', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lines-')), 'access.log')
  const first = openLineFile(path)
  first.write('one\n')
  await first.end()
  const second = openLineFile(path)
  second.write('two\n')
  renameSync(path, `${path}.1`)
  const third = openLineFile(path)
  third.write('three\n')
  await Promise.all([second.end(), third.end()])
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'one\ntwo\n')
  assert.equal(readFileSync(path, 'utf8'), 'three\n')
  assert.equal(statSync(path).mode & 0o007, 0)
})

test('a device that takes nothing stops nobody', async () => {
  const full = openLineFile('/dev/full')
  full.write('lost\n')
  await full.end()
  assert.throws(() => openLineFile('/no/such/folder/file'), /ENOENT/)
})
