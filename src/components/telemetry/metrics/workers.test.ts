// The page of a real process with several workers: the figures of all of them, also after a reload.

import assert from 'node:assert/strict'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { freePort, startBackend } from '../../../testing/backend.ts'
import { startCommand } from '../../../testing/process.ts'
import { until } from '../../../testing/until.ts'

type Page = Readonly<Record<string, unknown>>

async function ask(url: string): Promise<Page> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage]
  return (await json(response)) as Page
}

/** The page as soon as it tells of so many answers: one is counted when it has left, and another worker may write the page before that. */
async function pageWith(url: string, answers: Readonly<Record<string, number>>): Promise<Page> {
  let page: Page = {}
  await until(
    async () => {
      page = await ask(url)
      return Object.entries(answers).every(([path, count]) => page[`krakend.router.response.${path}.status.200.count`] === count)
    },
    `answers are counted: ${JSON.stringify(answers)}`,
  )
  return page
}

test('a page tells what all workers have served; a reload keeps it', async () => {
  const backend = await startBackend((_request, response) => response.end('{"ok":true}'))
  const port = await freePort()
  const configFor = (path: string): object => ({
    endpoints: [
      { endpoint: '/x', backend: [{ host: [backend.url], url_pattern: '/b' }] },
      { endpoint: path, backend: [{ host: [backend.url], url_pattern: '/b' }] },
    ],
    extra_config: { 'telemetry/metrics': { listen_address: `127.0.0.1:${port}` } },
  })
  const gateway = await startCommand(configFor('/y'), { args: ['--workers', '2'] })
  const page = `http://127.0.0.1:${port}/__stats`
  for (let i = 0; i < 20; i++) await ask(`${gateway.url}/x`)
  const before = await pageWith(page, { '/x': 20 })
  assert.equal(before['krakend.router.connected'], 20)
  assert.equal(before['krakend.proxy.requests.layer.backend.name./b.complete.true.error.false'], 20)
  assert.equal(before['krakend.service.runtime.NumThread'], 2)
  gateway.rewrite(configFor('/z'))
  gateway.child.kill('SIGHUP')
  await gateway.waitFor('the new configuration is served')
  await ask(`${gateway.url}/z`)
  const after = await pageWith(page, { '/x': 20, '/z': 1 })
  // The page begins anew with the new names, and with it the window.
  assert.equal(after['krakend.router.connected'], 1)
  assert.equal(after['krakend.router.connected-total'], 20)
  assert.equal(await gateway.stop(), 0)
  assert.match(gateway.output(), /DEBUG: \[SERVICE: Stats\] The endpoint \/__stats is now available on 127\.0\.0\.1:/)
  assert.match(gateway.output(), /INFO: \[SERVICE: Stats\] Shutting down the metrics endpoint handler/)
  await backend.close()
})
