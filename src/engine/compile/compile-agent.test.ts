import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openAgentInMemory, openInMemory } from '../../testing/index.ts'
import { createSharedMemory } from '../../runtime/shared.ts'
import { openAgentSign } from '../agent-signs.ts'
import { Scope } from '../scope.ts'
import type { BackendRequest, Sender } from '../types.ts'

const BACKENDS = [{ url_pattern: '/orders', method: 'POST', host: ['http://a'] }]

function agentWith(agent: object, rest: object = {}): ReturnType<typeof configOf> {
  return configOf({ async_agent: [{ name: 'orders', consumer: { topic: 't' }, backend: BACKENDS, ...agent }], endpoints: [], ...rest })
}

test('a message reaches the backend as it is, with the method and path of that backend and no header', async () => {
  const asked: BackendRequest[] = []
  const backend: Sender = (request) => {
    asked.push(request)
    return Promise.resolve(makeBackendResponse('{}'))
  }
  const { handle, retire } = await openAgentInMemory(agentWith({}), { backend })
  await handle(Buffer.from('not json \u0000'), Scope.root())
  const [{ method, origin, path, headers, body }] = asked as [BackendRequest]
  assert.deepEqual([method, origin, path, headers.fields, body.length], ['POST', 'http://a', '/orders', [], null])
  assert.equal(String(await body.bytes()), 'not json \u0000')
  await retire()
})

test('whatever is missing of a merge, or is refused, fails the message', async () => {
  const two = [...BACKENDS, { url_pattern: '/broken', host: ['http://b'] }]
  const backend: Sender = ({ origin }) => Promise.resolve(makeBackendResponse('{}', { statusCode: origin === 'http://b' ? 500 : 200 }))
  const broken = await openAgentInMemory(agentWith({ backend: two }), { backend })
  await assert.rejects(broken.handle(Buffer.from('{}'), Scope.root()), /invalid status code/i)
  const refusing = await openAgentInMemory(agentWith({ extra_config: { 'validation/cel': [{ check_expr: 'req_method == "GET"' }] } }))
  await assert.rejects(refusing.handle(Buffer.from('{}'), Scope.root()), /request aborted/)
  const scripted = await openAgentInMemory(
    agentWith({ extra_config: { 'modifier/lua-proxy': { pre: 'if request.load():body() == "no" then custom_error("never") end' } } }),
  )
  await scripted.handle(Buffer.from('yes'), Scope.root())
  await assert.rejects(scripted.handle(Buffer.from('no'), Scope.root()), /never/)
})

test('the time of a message is that of its agent', async () => {
  const backend: Sender = (_request, scope) => new Promise((_resolve, reject) => void scope.onEnd(reject))
  const { handle } = await openAgentInMemory(agentWith({ consumer: { timeout: '20ms' } }), { backend })
  await assert.rejects(handle(Buffer.from('{}'), Scope.root()), /context deadline exceeded/)
})

test('the health check tells when each agent was at work last, and nothing of those that never were', async () => {
  const shared = createSharedMemory()
  const gateway = await openInMemory(agentWith({}), { shared })
  const agents = async (): Promise<unknown> =>
    (JSON.parse((await gateway.ask({ target: '/__health' })).answered.body ?? '') as { agents: unknown }).agents
  assert.deepEqual(await agents(), {})
  openAgentSign('orders', shared).set(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  assert.match(JSON.stringify(await agents()), /^\{"orders":"2026-01-02 03:04:05\.678 \+0000 UTC m=/)
})
