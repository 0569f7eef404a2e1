import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('an error that nobody caught is logged, and the thread goes on', () => {
  const script = `
    import { surviveBugs } from ${JSON.stringify(new URL('./process.ts', import.meta.url).href)}
    surviveBugs(() => ({ hasPlugins: false, log: { critical: (text) => console.log(text.split('\\n')[0]) } }))
    setImmediate(() => {
      setTimeout(() => console.log('goes on'))
      throw new Error('thrown')
    })
    Promise.reject(new Error('rejected'))
  `
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  assert.equal(status, 0)
  assert.deepEqual(stdout.trim().split('\n'), [
    '[SERVICE: Gin] a bug, please report it: Error: rejected',
    '[SERVICE: Gin] a bug, please report it: Error: thrown',
    'goes on',
  ])
})
