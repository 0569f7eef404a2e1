// Origins that no browser sends, and answers that none takes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from '../../../testing/index.ts'
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

test('methods have their case', () => {
  assert.deepEqual(told({ allow_methods: ['get', 'POST'] }), ['warning allow_methods[0]'])
})
