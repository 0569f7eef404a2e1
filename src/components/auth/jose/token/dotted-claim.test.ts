import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dottedClaim } from './dotted-claim.ts'

const CLAIMS = {
  tenants: [{ roles: ['reader'] }, { roles: ['admin'] }],
  single: [{ role: 'x' }],
  '2': { a: { '0': 'named' } },
  'http://a': 1,
}

function read(path: string): unknown {
  return dottedClaim(path)?.(CLAIMS)
}

test('a number is a place in a list, or the name of a member', () => {
  assert.deepEqual(read('tenants.1.roles'), ['admin'])
  assert.equal(read('tenants.1.roles.0'), 'admin')
  assert.equal(read('2.a.0'), 'named')
  for (const path of ['tenants.2.roles', 'tenants.-1.roles', 'tenants.x.roles', 'tenants.1.roles.0.0', 'none.a', 'tenants.roles']) {
    assert.equal(read(path), undefined, path)
  }
})

test('a path leads to exactly one value, or to none', () => {
  assert.equal(read('single.*.role'), 'x')
  assert.equal(read('2.*.*'), 'named')
  assert.equal(read('tenants.*.roles'), undefined)
})

test('a path with an empty part is none', () => {
  for (const path of ['a..b', '.a', 'a.', '.']) assert.equal(dottedClaim(path), null)
})
