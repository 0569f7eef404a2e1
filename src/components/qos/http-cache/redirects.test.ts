// Which redirects the cache keeps: those that are followed, as far as their body is read then.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as afterImmediates } from 'node:timers/promises'
import type { GatewayConfig } from '../../../config/types.ts'
import { bodyOf, discardBody, NO_BODY } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { makeSite } from '../../../testing/index.ts'
import { httpCache } from './index.ts'

interface Redirect {
  readonly status?: number
  readonly location?: string
  readonly size?: number
  readonly isWhole?: boolean
  readonly request?: Partial<BackendRequest>
}

/** How often the backend is asked for what two requests get. */
async function countCalls({ status = 302, location = '/to', size = 0, isWhole = true, request = {} }: Redirect): Promise<number> {
  let calls = 0
  const site = makeSite({ config: { dialect: 3 } as GatewayConfig }, { backend: {} })
  const cache = httpCache.build(
    { shared: false, max_size: 0, max_items: 0 },
    site,
  )?.((asked) => {
    calls++
    const headers = new HeaderMap(['Date', new Date().toUTCString(), 'Cache-Control', 'max-age=60', 'Location', location])
    const body = Buffer.alloc(size)
    return Promise.resolve({ statusCode: status, headers, body: asked.wantsStream && !isWhole ? Readable.from([body]) : body, url: 'u' })
  })
  const whole = { method: 'GET', origin: 'http://h', path: '/', headers: new HeaderMap(), body: NO_BODY, wantsStream: false, ...request }
  for (let i = 0; i < 2; i++) {
    const response = await cache?.(whole, Scope.root())
    discardBody(response?.body ?? NO_BYTES)
    await afterImmediates()
  }
  return calls
}

const NO_BYTES = Buffer.alloc(0)

test('a redirect that is followed is kept, as far as its body is short', async () => {
  for (const status of [301, 302, 303, 307, 308]) assert.equal(await countCalls({ status, size: 2048 }), 1, `${status}`)
  for (const wantsStream of [false, true]) assert.equal(await countCalls({ size: 2049, request: { wantsStream } }), 2)
  assert.equal(await countCalls({ size: 9, isWhole: false, request: { wantsStream: true } }), 2, 'a stream that nobody reads')
})

test('one that is the answer is not read, except by no-op', async () => {
  const withBody = { body: bodyOf(Buffer.from('b')) }
  for (const last of [{ status: 300 }, { location: '' }, { status: 307, request: withBody }]) {
    assert.equal(await countCalls(last), 2)
    assert.equal(await countCalls({ ...last, request: { ...last.request, wantsStream: true } }), 1)
  }
})
