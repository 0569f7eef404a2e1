// Which reloads leave a cache what it has: those that change nothing of what makes its answers.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Site } from '../../../engine/compile/component.ts'
import { configOf, makeSite } from '../../../testing/index.ts'
import { openStore } from './limits.ts'

const LIMITS = { ttl: '1m', tags: [], statuses: [200], max_items: 10, max_size: 1000 }
const given = { ...LIMITS, override: false, stale_while_revalidate: '0s', stale_if_error: '0s', coalesce: true }

/** Whether a file that is loaded after another one finds the same store. The endpoint stands last in its file. */
function keeps(level: 'endpoint' | 'backend', before: object, after: object, others: readonly object[] = []): boolean {
  const known = new Map<string, unknown>()
  const share: Site['pool']['share'] = (key, create) => {
    if (!known.has(key)) known.set(key, create())
    return known.get(key) as ReturnType<typeof create>
  }
  const open = (file: object, earlier: readonly object[]) => {
    const endpoints = [...earlier, { endpoint: '/e', backend: [{ url_pattern: '/b', ...file }] }]
    const endpoint = configOf({ host: ['http://b:80'], endpoints }).endpoints.at(-1)
    assert.ok(endpoint)
    return openStore(makeSite({ endpoint, backend: level === 'backend' ? (endpoint.backends[0] ?? null) : null, pool: { share } }), given)
  }
  return open(before, []) === open(after, others)
}

for (const level of ['endpoint', 'backend'] as const)
  describe(`at the ${level}`, () => {
    test('nothing is left where its answers are made in another way', () => {
      const changes = [
        { deny: ['secret'] },
        { host: ['http://c:80'] },
        { mapping: { a: 'b' } },
        { extra_config: { '_gw/request': { path: '/c' } } },
        { extra_config: { '_gw/fallback': { backend: { url_pattern: '/c' } } } },
      ]
      for (const change of changes) assert.equal(keeps(level, {}, change), false, JSON.stringify(change))
    })
    test('all of it is where it only stands elsewhere in the file', () => {
      const other = { endpoint: '/other', backend: [{ url_pattern: '/b' }] }
      const file = { extra_config: { '_gw/fallback': { backend: { url_pattern: '/c' } }, 'mine/x': { n: 12345678901234567890n } } }
      assert.equal(keeps(level, file, file, [other]), true)
    })
  })
