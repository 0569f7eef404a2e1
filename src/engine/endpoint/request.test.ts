import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeEndpoint, makeExchange } from '../../testing/index.ts'
import { compileRequest, spellingsOf } from './request.ts'

const endpointWith = (inputHeaders: readonly string[]) => makeEndpoint({ inputHeaders })

test('names are canonical inside, however the file spells them; the spelling is a table of its own', () => {
  const endpoint = endpointWith(['authorization', 'X-Ok', 'user-agent'])
  const { headers } = compileRequest(endpoint, 'me')(makeExchange({ headers: { Authorization: 'a', 'x-ok': '1', 'User-Agent': 'curl' } }))
  assert.deepEqual(headers.names(), ['Authorization', 'X-Ok', 'User-Agent', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Via'])
  assert.deepEqual(
    spellingsOf(endpoint),
    new Map([
      ['Authorization', 'authorization'],
      ['User-Agent', 'user-agent'],
    ]),
  )
  assert.equal(spellingsOf(endpointWith(['X-Ok', '*'])), null)
})

for (const list of [['*'], ['X-User', 'Proxy-Authorization']]) {
  test(`${list.join()}: what a layer sets is forwarded though the client named it in Connection; Proxy-Authorization never is`, () => {
    const sent = { Connection: 'close, x-user', 'X-User': 'admin', 'Proxy-Authorization': 'Basic dTpw' }
    const exchange = makeExchange({ headers: sent })
    assert.equal(exchange.headers.get('X-User'), undefined)
    exchange.headers.set('X-User', 'alice')
    const { headers } = compileRequest(endpointWith(list), 'me')(exchange)
    assert.deepEqual(headers.values('X-User'), ['alice'])
    assert.equal(headers.has('Proxy-Authorization'), false)
  })
}
