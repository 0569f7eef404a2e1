// Which layers a configuration gets, in which order: `src/order.ts` as it is compiled, for ten configurations.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { configOf, openInMemory } from '../../testing/index.ts'
import type { Stage } from './component.ts'
import { STAGES } from './order.ts'

const GOLDEN = fileURLToPath(new URL('../../../test/order.golden.txt', import.meta.url))

const backend = (more: object = {}) => ({ host: ['http://b'], url_pattern: '/b', ...more })
const endpoint = (more: object = {}) => ({ endpoint: '/e', backend: [backend()], ...more })
const extra = (blocks: object) => ({ extra_config: blocks })
const KEYS = { alg: 'RS256', jwk_url: 'http://keys', disable_jwk_security: true }

/** Name and file. Each shows what the one before does not. */
const FILES: readonly (readonly [name: string, file: object])[] = [
  ['one endpoint', { endpoints: [endpoint()] }],
  [
    'no access log, no check of parameters',
    { ...extra({ router: { disable_access_log: true, disable_path_decoding: true } }), endpoints: [endpoint()] },
  ],
  [
    'the service protects',
    {
      ...extra({ 'security/cors': {}, 'security/http': { frame_deny: true }, 'security/bot-detector': { deny: ['x'] } }),
      endpoints: [endpoint()],
    },
  ],
  [
    'the endpoint protects',
    {
      endpoints: [
        endpoint(
          extra({
            'qos/ratelimit/router': { max_rate: 1 },
            'auth/signer': { ...KEYS, kid: 'k', keys_to_sign: ['a'] },
            'auth/validator': KEYS,
            'security/bot-detector': { deny: ['x'] },
          }),
        ),
      ],
    },
  ],
  [
    'all of a merge',
    {
      endpoints: [
        endpoint({
          ...extra({
            'validation/json-schema': { type: 'object' },
            proxy: { static: { data: { a: 1 } }, flatmap_filter: [{ type: 'del', args: ['a'] }] },
          }),
          backend: [backend(), backend(), backend(extra({ proxy: { shadow: true } }))],
        }),
      ],
    },
  ],
  [
    'flatmap of one backend is none of the endpoint',
    { endpoints: [endpoint(extra({ proxy: { flatmap_filter: [{ type: 'del', args: ['a'] }] } }))] },
  ],
  [
    'all around a backend',
    {
      endpoints: [
        endpoint({
          concurrent_calls: 2,
          input_headers: ['*'],
          input_query_strings: ['*'],
          backend: [
            backend({
              input_headers: ['A'],
              input_query_strings: ['a'],
              ...extra({
                'qos/ratelimit/proxy': { max_rate: 1, capacity: 1 },
                'qos/circuit-breaker': { interval: 1, timeout: 1, max_errors: 1 },
                'backend/graphql': { type: 'query', query: '{ a }' },
              }),
            }),
          ],
        }),
      ],
    },
  ],
  [
    'cache and token',
    {
      endpoints: [
        endpoint({
          backend: [
            backend(
              extra({ 'qos/http-cache': {}, 'auth/client-credentials': { client_id: 'a', client_secret: 'b', token_url: 'http://t' } }),
            ),
          ],
        }),
      ],
    },
  ],
  ['a wrong protection lets nobody in', { endpoints: [endpoint(extra({ 'auth/validator': { alg: 1 } }))] }],
  ['a wrong limit is none', { endpoints: [endpoint(extra({ 'qos/ratelimit/router': 'x' }))] }],
]

/** `[ENDPOINT: /e] endpoint: auth/validator, …`, outermost stage first; stacks without layers are left out. */
async function describeStacks(file: object): Promise<string[]> {
  const stacks: { stage: Stage; line: string }[] = []
  const gateway = await openInMemory(configOf(file), {
    onStack(stage, { label, backend: owner }, layers) {
      const place = owner === null ? label : `${label} ${String(owner.at.at(-1))}`
      const names = layers.map(({ name, answers }) => (answers ? `${name} (answers)` : name))
      if (names.length > 0) stacks.push({ stage, line: `${place} ${stage}: ${names.join(', ')}` })
    },
  })
  await gateway.retire()
  const at = ({ stage }: { stage: Stage }): number => STAGES.indexOf(stage)
  return stacks.toSorted((a, b) => at(a) - at(b)).map(({ line }) => line)
}

test('the order of ten configurations is that of test/order.golden.txt; UPDATE_GOLDEN=1 writes it anew', async () => {
  const parts: string[] = []
  for (const [name, file] of FILES) parts.push([`# ${name}`, ...(await describeStacks(file))].join('\n'))
  const text = `${parts.join('\n\n')}\n`
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, text)
  assert.equal(text, readFileSync(GOLDEN, 'utf8'))
})
