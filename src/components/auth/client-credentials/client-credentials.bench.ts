// What a request pays for a token that is there: run it with `node src/components/auth/client-credentials/client-credentials.bench.ts`.

import { NO_BODY } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { makeSite } from '../../../testing/index.ts'
import { clientCredentials } from './index.ts'

const ROUNDS = 300_000

const { value } = readOptions(clientCredentials.options, { client_id: 'a', client_secret: 'b', token_url: 'http://auth/token' }, 'map')
if (value === null) throw new Error('the block does not decode')
const answer: BackendResponse = {
  statusCode: 200,
  headers: new HeaderMap(['Content-Type', 'application/json']),
  body: Buffer.from('{"access_token":"0123456789","token_type":"bearer","expires_in":3600}'),
  url: '',
}
const layer = clientCredentials.build(value, makeSite({ transport: () => Promise.resolve(answer) }))
const given = Promise.resolve(answer)
const send = layer?.(() => given) ?? (() => given)
const headers = new HeaderMap(['Accept', '*/*', 'User-Agent', 'KrakenD', 'X-Forwarded-For', '127.0.0.1', 'X-Forwarded-Host', 'localhost'])
const request: BackendRequest = { method: 'GET', origin: 'http://b', path: '/', headers, body: NO_BODY, wantsStream: false }
const scope = Scope.root()

/** Nanoseconds of one call. */
async function measure(rounds: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < rounds; i++) await send(request, scope)
  return ((performance.now() - start) * 1e6) / rounds
}

await measure(ROUNDS)
// oxlint-disable-next-line no-console -- a measurement that nobody sees is none
console.log(`a request that gets a token: ${(await measure(ROUNDS)).toFixed(0)} ns`)
