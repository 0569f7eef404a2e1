// What `_gw/required` promises: without its backend there is no answer, side by side and one after the other.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CANCELED, SendError } from '../../../engine/errors.ts'
import type { BackendResponse } from '../../../engine/types.ts'
import { configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'

const refused = new SendError('refused', { phase: 'dial' })
const required = { extra_config: { '_gw/required': true } }

test('who still runs is cancelled when a required backend has failed', async () => {
  let reason: Error | null = null
  const backend = [{ url_pattern: '/slow' }, { url_pattern: '/bad', ...required }]
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend }] }), {
    backend: ({ path }, scope) =>
      path === '/bad'
        ? Promise.reject(refused)
        : new Promise((_resolve, reject) =>
            scope.onEnd((why) => {
              reason = why
              reject(why)
            }),
          ),
  })
  const exchange = await gateway.ask({ target: '/e' })
  assert.deepEqual([exchange.statusCode, exchange.failure, reason], [500, refused, CANCELED])
})

test('a sequence without its required step has no answer, reached or not', async () => {
  const sequence = (answers: Readonly<Record<string, Error | BackendResponse>>, more: object = {}) =>
    openInMemory(
      configOf({
        host: ['http://b:80'],
        endpoints: [
          {
            endpoint: '/e',
            extra_config: { proxy: { sequential: true, ...more } },
            backend: [{ url_pattern: '/0' }, { url_pattern: '/1' }, { url_pattern: '/2', ...required }],
          },
        ],
      }),
      {
        backend: async ({ path }) => {
          const answer = answers[path] ?? makeBackendResponse('{"a":1}')
          if (answer instanceof Error) throw answer
          return Promise.resolve(answer)
        },
      },
    ).then((gateway) => gateway.ask({ target: '/e' }))
  assert.equal((await sequence({})).statusCode, 200)
  assert.equal((await sequence({ '/2': refused })).statusCode, 500)
  assert.equal((await sequence({ '/1': refused })).statusCode, 500)
  const standIn = await sequence({ '/2': refused }, { static: { strategy: 'errored', data: { s: 1 } } })
  assert.deepEqual([standIn.statusCode, String(standIn.answered.body)], [200, '{"s":1}'])
})

test('what stands in for an answer is one; a loop of which every call has failed is none', async () => {
  const ask = async (extra_config: object, ids: string) => {
    const endpoint = { endpoint: '/e', backend: [{ url_pattern: '/ok' }, { url_pattern: '/bad', extra_config }] }
    const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
      backend: ({ path }) => (path === '/bad' ? Promise.reject(refused) : Promise.resolve(makeBackendResponse('{"a":1}'))),
    })
    return (await gateway.ask({ target: `/e?id=${ids}` })).statusCode
  }
  const loop = (on_error: string) => ({
    '_gw/required': true,
    '_gw/for-each': { in: 'input_query_strings.id', on_error },
    '_gw/request': { path: '/{item}' },
  })
  for (const [ids, status] of [
    ['bad,ok', 200],
    ['bad', 500],
    ['bad,bad', 500],
    ['', 200],
  ] as const)
    for (const on_error of ['skip', 'null']) assert.equal(await ask(loop(on_error), ids), status, `${on_error} ${ids}`)
  assert.equal(await ask({ '_gw/required': true, '_gw/fallback': { data: { s: 1 } } }, ''), 200)
  const lenientLoop = { ...loop('skip'), '_gw/fallback': { data: { s: 1 } } }
  assert.equal(await ask(lenientLoop, 'bad,bad'), 200)
})
