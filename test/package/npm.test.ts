// The package as users get it: packed, installed into an empty folder, and started with npx.

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ENVIRONMENT, ROOT, scratchFolder, serveOnce, succeed } from './kit.ts'

const FILE = {
  version: 3,
  echo_endpoint: true,
  endpoints: [{ endpoint: '/hello', backend: [{ host: ['http://backend:8080'], url_pattern: '/' }] }],
}

test('npm pack, npm install, npx krakend', async (context) => {
  succeed(process.execPath, ['scripts/build.ts'], { cwd: ROOT })
  const folder = scratchFolder(context)
  const [{ filename = '' } = {}] = JSON.parse(succeed('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT })) as {
    filename?: string
  }[]
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }')
  writeFileSync(join(folder, 'krakend.json'), JSON.stringify(FILE))
  const user = { cwd: folder }
  succeed('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)], user)

  await context.test('krakend version', () => {
    const said = succeed('sh', ['-c', 'npx --no-install krakend version 2>&1'], user)
    assert.match(said, /KrakenD Version: 0\.1\.0/)
  })
  await context.test('krakend check', () => {
    assert.match(succeed('sh', ['-c', 'npx --no-install krakend check -tlc krakend.json 2>&1'], user), /Syntax OK!/)
  })
  await context.test('krakend run', () =>
    serveOnce('npx', ['--no-install', 'krakend', 'run', '-c', 'krakend.json'], user, async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/__echo/x`)
      assert.equal(answer.status, 200)
      assert.match(await answer.text(), /"req_uri":"\/__echo\/x"/)
    }),
  )
  await context.test('what is imported is there, with its types', () => {
    const names =
      "import('krakend-ts').then(async (all) => console.log(Object.keys(all).length, typeof (await import('krakend-ts/plugin')).definePlugin))"
    assert.match(succeed(process.execPath, ['-e', names], user), /^[1-9]\d* function$/m)
    for (const entry of ['index', 'plugin', 'testing/index'])
      assert.ok(existsSync(join(folder, `node_modules/krakend-ts/dist/${entry}.d.ts`)), entry)
  })
  await context.test('the unit and the schema for editors come with it, tests and sources do not', () => {
    const has = (name: string): boolean => existsSync(join(folder, 'node_modules/krakend-ts', name))
    assert.deepEqual([has('deploy/systemd/krakend.service'), has('docs/schema/krakend-ts.json')], [true, true])
    assert.deepEqual([has('src'), has('test'), has('dist/gateway.test.js')], [false, false, false])
  })
  assert.equal(ENVIRONMENT['npm_config_user_agent'], undefined)
})
