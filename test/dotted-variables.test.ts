// Variables whose names have dots reach the gateway through its launcher, which is a shell script.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../bin/krakend', import.meta.url))

test('a variable with a dot reaches a nested value', { skip: process.platform !== 'linux' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-'))
  try {
    const file = join(folder, 'krakend.json')
    writeFileSync(file, '{ "version": 3, "endpoints": [] }')
    const env = { ...process.env, 'KRAKEND_TLS.MIN_VERSION': 'a * b', 'KRAKEND_TLS.DISABLED': 'true' }
    const { status, stderr } = spawnSync(COMMAND, ['check', '-ddd', '-c', file], { env, encoding: 'utf8' })
    assert.equal(status, 0)
    assert.match(stderr, /TLS Disabled: true\n[^]*TLS Min version: a \* b\n/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
