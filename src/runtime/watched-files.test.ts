// The files of a configuration, followed by several who ask at the same time.

import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeLog } from '../testing/index.ts'
import { until } from '../testing/until.ts'
import { WatchedFiles } from './watched-files.ts'

test('whoever asks while the watcher is loaded has the same one: what is watched last is watched alone', async (context) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'followed-')))
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  for (const path of [one, two]) writeFileSync(path, '1')
  const told: string[] = []
  const files = new WatchedFiles({ log: makeLog, onChange: (paths) => void told.push(...paths) })
  context.after(() => {
    files.stop()
    rmSync(folder, { recursive: true })
  })
  await Promise.all([files.follow([one], Infinity), files.follow([two], Infinity)])
  for (const path of [one, two]) writeFileSync(path, '2')
  await until(() => told.includes(two), 'the change is told')
  assert.deepEqual(told, [two])
})
