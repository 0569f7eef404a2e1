// What a request pays for the question alone, with a service that answers at once: run it with `node src/components/gw/forward-auth/forward-auth.bench.ts`.

import { HeaderMap } from '../../../engine/headers.ts'
import { buildFor, makeBackendResponse, makeExchange, makeSite } from '../../../testing/index.ts'
import { forwardAuth } from './index.ts'

const ROUNDS = 100_000

const answer = Promise.resolve(makeBackendResponse('', { statusCode: 204, headers: new HeaderMap(['X-User', 'ann']) }))
const site = makeSite({ transport: () => answer }, { endpoint: {} })
const layer = buildFor(forwardAuth, { url: 'http://auth/check', response_headers: ['X-User'] }, site)
const handle = layer?.(() => {}) ?? (() => {})
const exchanges = Array.from({ length: ROUNDS }, () => makeExchange({ headers: { Cookie: 'a=1', Accept: '*/*', 'X-User': 'forged' } }))

/** Nanoseconds of one request. */
async function measure(): Promise<number> {
  const start = performance.now()
  for (const exchange of exchanges) await handle(exchange)
  return ((performance.now() - start) * 1e6) / ROUNDS
}

await measure()
// oxlint-disable-next-line no-console -- a measurement that nobody sees is none
console.log(`a request that is asked about: ${(await measure()).toFixed(0)} ns`)
