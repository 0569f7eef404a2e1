// Freshness against KrakenD's rules, one table row each.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  judgeFreshness,
  mayServeOnError,
  parseCacheControl,
  parseHttpDate,
  parseSeconds,
  readLifetime,
  type Freshness,
} from './freshness.ts'

const DATE = 'Mon, 01 Jan 2024 00:00:00 GMT'
const STORED_MS = Date.UTC(2024, 0, 1)

function lifetimeOf(headers: Record<string, string>): ReturnType<typeof readLifetime> {
  return readLifetime((name) => headers[name])
}

const ANSWERS: readonly (readonly [Record<string, string>, ageS: number, Freshness])[] = [
  [{ Date: DATE, 'Cache-Control': 'max-age=60' }, 59, 'fresh'],
  [{ Date: DATE, 'Cache-Control': 'max-age=60' }, 60, 'stale'],
  [{ 'Cache-Control': 'max-age=60' }, 0, 'stale'],
  [{ Date: 'yesterday', 'Cache-Control': 'max-age=60' }, 0, 'stale'],
  [{ Date: DATE, 'Cache-Control': 'private , max-age=60,' }, 1, 'fresh'],
  [{ Date: DATE, 'Cache-Control': 's-maxage=60' }, 0, 'stale'],
  [{ Date: DATE, 'Cache-Control': 'Max-Age=60' }, 0, 'stale'],
  [{ Date: DATE, 'Cache-Control': 'max-age="60"' }, 0, 'stale'],
  [{ Date: DATE, 'Cache-Control': 'max-age=0.5' }, 0, 'fresh'],
  [{ Date: DATE, 'Cache-Control': 'max-age=99999999999' }, 0, 'stale'],
  [{ Date: DATE, 'Cache-Control': 'max-age=4000000000' }, 86_400, 'fresh'],
  [{ Date: DATE, 'Cache-Control': 'no-cache, max-age=60' }, 0, 'stale'],
  [{ Date: DATE, Age: '1000', 'Cache-Control': 'max-age=60' }, 1, 'fresh'],
  [{ Date: DATE, Expires: 'Mon, 01 Jan 2024 00:01:00 GMT' }, 59, 'fresh'],
  [{ Date: DATE, Expires: 'Mon, 01 Jan 2024 00:01:00 GMT' }, 61, 'stale'],
  [{ Date: DATE, Expires: 'Mon, 01 Jan 2024 00:01:00 GMT', 'Cache-Control': 'max-age=0' }, 1, 'stale'],
  [{ Date: DATE, Expires: '0' }, 0, 'stale'],
  [{ Date: DATE }, 0, 'stale'],
]

test('what the answer says', () => {
  for (const [headers, ageS, expected] of ANSWERS) {
    assert.equal(
      judgeFreshness(lifetimeOf(headers), parseCacheControl(undefined), STORED_MS + ageS * 1000),
      expected,
      JSON.stringify([headers, ageS]),
    )
  }
})

const REQUESTS: readonly (readonly [line: string, ageS: number, Freshness])[] = [
  ['no-cache', 1, 'bypass'],
  ['max-age=5', 6, 'stale'],
  ['max-age=100', 70, 'fresh'],
  ['max-age=x', 1, 'stale'],
  ['min-fresh=30', 29, 'fresh'],
  ['min-fresh=30', 31, 'stale'],
  ['max-stale', 1e6, 'fresh'],
  ['max-stale=10', 69, 'fresh'],
  ['max-stale=10', 71, 'stale'],
  ['only-if-cached', 1e6, 'fresh'],
  ['something-else', 1, 'fresh'],
  ['', 1, 'fresh'],
]

test('what the request says', () => {
  const lifetime = lifetimeOf({ Date: DATE, 'Cache-Control': 'max-age=60' })
  for (const [line, ageS, expected] of REQUESTS) {
    assert.equal(judgeFreshness(lifetime, parseCacheControl(line), STORED_MS + ageS * 1000), expected, `${line} ${ageS}`)
  }
})

test('an error may be covered if the answer or the request says so', () => {
  const covers = (answer: string, request: string | undefined, ageS: number): boolean =>
    mayServeOnError(lifetimeOf({ Date: DATE, 'Cache-Control': answer }), parseCacheControl(request), STORED_MS + ageS * 1000)
  assert.equal(covers('max-age=1', undefined, 5), false)
  assert.equal(covers('stale-if-error', undefined, 1e6), true)
  assert.equal(covers('stale-if-error=10', undefined, 9), true)
  assert.equal(covers('stale-if-error=10', undefined, 11), false)
  assert.equal(covers('stale-if-error=x', 'stale-if-error', 1), false)
  assert.equal(covers('', 'stale-if-error', 1e6), true)
  assert.equal(covers('stale-if-error=10', 'stale-if-error=20', 15), true)
})

test('dates that do not exist are none', () => {
  for (const text of ['Mon, 31 Feb 2024 00:00:00 GMT', 'Mon, 1 Jan 2024 00:00:00 GMT', 'Mon, 01 Foo 2024 00:00:00 GMT', '', undefined]) {
    assert.equal(parseHttpDate(text), NaN)
  }
  assert.equal(parseHttpDate(DATE), STORED_MS)
})

test('long lines are read in time linear in their length', () => {
  const blanks = ' '.repeat(1_000_000)
  assert.deepEqual(
    parseCacheControl(`no-store,a${blanks}b , c${blanks}=1`),
    new Map([
      ['no-store', ''],
      [`a${blanks}b`, ''],
      ['c', '1'],
    ]),
  )
  assert.equal(parseSeconds(`${'1'.repeat(1_000_000)}x`), NaN)
  assert.equal(parseSeconds('1.'), 1000)
})
