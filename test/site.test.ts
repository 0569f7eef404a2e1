// The pages of the documentation site: each has its place, links lead to pages there or to copies of files, and what leads nowhere is told.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findDeadLinks } from '../scripts/site/built-links.ts'
import { contentsOf } from '../scripts/site/contents.ts'
import { linkPage } from '../scripts/site/links.ts'
import { collectPages } from '../scripts/site/pages.ts'

test('every page has a place of its own, and the contents name pages that are there', () => {
  const pages = collectPages()
  const routes = new Map(pages.map(({ source, route }) => [source, route]))
  assert.equal(new Set(routes.values()).size, pages.length)
  assert.equal(routes.get('src/components/telemetry/metrics/README.md'), 'reference/telemetry/metrics')
  assert.equal(routes.get('docs/guides/jwt.md'), 'guides/jwt')
  assert.deepEqual(
    pages.flatMap((page) => linkPage(page, routes).dead),
    [],
  )
  const text = JSON.stringify(contentsOf(pages))
  for (const [source, route] of routes) {
    if (route.startsWith('reference/') || route.startsWith('guides/')) assert.ok(text.includes(`"/${route.replace(/index$/, '')}"`), source)
  }
})

test('links become places of the site, files are copied, and code stays as it is', () => {
  const routes = new Map([
    ['docs/cli.md', 'cli'],
    ['examples/quickstart/README.md', 'examples/quickstart'],
    ['docs/reference.md', 'reference/index'],
  ])
  const link = (text: string): ReturnType<typeof linkPage> =>
    linkPage({ source: 'docs/running.md', route: 'running', title: '', text }, routes)
  assert.equal(
    link('[a](cli.md#check) [b](../examples/quickstart) [`c`](reference.md)').text,
    '[a](/cli#check) [b](/examples/quickstart) [`c`](/reference/)',
  )
  assert.deepEqual(link('![r](request.svg) [o](../src/order.ts)'), {
    text: '![r](/files/docs/request.svg) [o](/files/src/order.ts.txt)',
    files: ['docs/request.svg', 'src/order.ts'],
    dead: [],
  })
  assert.equal(link('[s](../src/engine) [w](https://x.example/a.md) [h](#here)').text, 's [w](https://x.example/a.md) [h](#here)')
  assert.equal(link('```\n[a](cli.md)\n```\n').text, '```\n[a](cli.md)\n```\n')
  assert.deepEqual(link('[x](nothing.md)').dead, ['docs/running.md: nothing.md'])
})

test('a built page that leads nowhere is found, a heading too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  writeFileSync(
    join(folder, 'a.html'),
    '<h1 id="top"></h1><a href="/b">b</a><a href="/b.html#x">x</a><a href="#top"></a><a href="#no"></a><a href="/c"></a>',
  )
  writeFileSync(join(folder, 'b.html'), '<h1 id="y"></h1><a href="https://x.example/"></a>')
  assert.deepEqual(findDeadLinks(folder), ['a.html: /b.html#x', 'a.html: #no', 'a.html: /c'])
  rmSync(folder, { recursive: true })
})
