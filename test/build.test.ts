// What users get: the compiled gateway starts and answers, data files and all.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startGateway } from './gateway-process.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('dist/ is built, starts and ends in order', async () => {
  // perf: types are another part of `npm test`, and their declarations take four times as long as the code.
  execFileSync(process.execPath, ['scripts/build.ts', '--noCheck', '--declaration', 'false'], { cwd: ROOT })
  const gateway = await startGateway('dist/cli/bin.js', `${ROOT}/examples/quickstart/krakend-v2.json`)
  assert.equal((await fetch(`${gateway.url}/nowhere`)).status, 404)
  assert.equal(await gateway.stop(), 0)
})
