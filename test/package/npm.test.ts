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

/** Each mistake is one: a type that was not found would be `any`, and `any` makes none. */
const TYPED = `import { openGateway } from 'krakend-ts'
import { definePlugin } from 'krakend-ts/plugin'
import { testPlugin } from 'krakend-ts/testing'

// @ts-expect-error
export const a: number = openGateway
// @ts-expect-error
export const b: number = testPlugin

export default definePlugin({
  kind: 'middleware',
  options: { type: 'object', properties: { max: { type: 'integer', default: 1 } } },
  setup({ max }) {
    // @ts-expect-error
    const text: string = max
    return async (request, next) => {
      // @ts-expect-error
      request.nothing = text
      return next()
    }
  },
})
`

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
  await context.test('what is imported is there', () => {
    const names =
      "import('krakend-ts').then(async (all) => console.log(Object.keys(all).length, typeof (await import('krakend-ts/plugin')).definePlugin))"
    assert.match(succeed(process.execPath, ['-e', names], user), /^[1-9]\d* function$/m)
  })
  await context.test('a plugin that was begun has types, and so has the rest of the package', () => {
    succeed('npx', ['--no-install', 'krakend', 'plugin', 'new', 'price'], user)
    writeFileSync(join(folder, 'plugins/use.ts'), TYPED)
    // That of the project stands for the one that users install beside the package.
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types')]
    succeed(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'plugins', ...types], user)
    assert.match(succeed(process.execPath, ['--test', 'plugins/price.test.ts'], user), /pass 1\b/)
  })
  await context.test('the unit and the schema for editors come with it, tests and sources do not', () => {
    const has = (name: string): boolean => existsSync(join(folder, 'node_modules/krakend-ts', name))
    assert.deepEqual([has('deploy/systemd/krakend.service'), has('docs/schema/krakend-ts.json')], [true, true])
    assert.deepEqual([has('src'), has('test'), has('dist/gateway.test.js')], [false, false, false])
  })
  assert.equal(ENVIRONMENT['npm_config_user_agent'], undefined)
})
