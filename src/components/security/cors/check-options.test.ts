// Origins that no browser sends, and answers that none takes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { blocksOf, checkOptions, makeConfig } from '../../../testing/index.ts'
import { cors } from './index.ts'

function told(block: object): string[] {
  return checkOptions(cors, block).map((line) => line.replace(/:.*$/, ''))
}

test('origins as browsers send them are no news', () => {
  assert.deepEqual(
    told({ allow_origins: ['https://a.example', 'http://localhost:3000', '*.example', 'null'], allow_credentials: true, max_age: '12h' }),
    [],
  )
  assert.deepEqual(told({ allow_origins: ['*'] }), [])
})

test('others allow nobody', () => {
  assert.deepEqual(told({ allow_origins: ['https://a.example/', 'https://b.example/app', 'c.example'] }), [
    'error allow_origins[0]',
    'error allow_origins[1]',
    'error allow_origins[2]',
  ])
})

test('every origin with credentials is refused by browsers', () => {
  assert.deepEqual(told({ allow_origins: ['*'], allow_credentials: true }), ['error allow_credentials'])
  assert.deepEqual(told({ allow_credentials: true }), ['error allow_credentials'])
})

test('origins that were not understood let everybody in, which --strict refuses', () => {
  const cases: readonly (readonly [block: object, code: string])[] = [
    [{ allow_origins: 'http://a' }, 'wrong-type'],
    [{ allow_origins: null }, 'wrong-type'],
    [{ allow_origins: [] }, 'invalid-option'],
    [{ allow_origins: [1] }, 'invalid-option'],
    [{ Allow_Origins: ['http://a'] }, 'unknown-option'],
  ]
  for (const [block, code] of cases) {
    const config = makeConfig({ extraConfig: blocksOf({ 'security/cors': block }) })
    const grade = (isStrict: boolean): string[] =>
      checkBlocks(config, [{ declaration: cors, levels: ['service'] }], { isStrict }).map((issue) => `${issue.severity} ${issue.code}`)
    assert.deepEqual(grade(false), [`warning ${code}`])
    assert.deepEqual(grade(true), [`error ${code}`])
  }
})

test('browsers want a status of 2xx for preflights', () => {
  assert.deepEqual(checkOptions(cors, { options_success_status: 9999 }), [
    'error options_success_status: 9999 is no status of an answer: 204 is sent',
  ])
  assert.deepEqual(checkOptions(cors, { options_success_status: 404 }), [
    'error options_success_status: browsers refuse preflights with 404',
  ])
  for (const status of [-1, 100, 304]) assert.deepEqual(told({ options_success_status: status }), ['error options_success_status'])
  for (const status of [0, 200, 204]) assert.deepEqual(told({ options_success_status: status }), [])
  assert.deepEqual(checkOptions(cors, { options_success_status: 404 }, 2), [])
})

test('methods have their case', () => {
  assert.deepEqual(told({ allow_methods: ['get', 'POST'] }), ['warning allow_methods[0]'])
})
