// Whether resolved secrets stay out of what is written, in every form they take on the way.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { maskerOf, showReferences } from './secrets.ts'

const secret = (value: string, reference = '${env:S}') => ({ values: [{ reference, value }], files: [] })

test('a value is masked as it is, percent-encoded, in base64 and in JSON', () => {
  const value = 'pa"ss/wörd 1'
  const mask = maskerOf(secret(value))!
  const forms = [
    value,
    encodeURIComponent(value),
    encodeURI(value),
    value.replaceAll('/', '%2f').replace('ö', '%c3%b6'),
    new URLSearchParams({ value }).toString().slice('value='.length),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
    JSON.stringify(value),
  ]
  for (const form of forms) assert.match(mask(`a ${form} b`), /^a "?\*\*\*=*"? b$/)
})

test('the longest comes first, and a whole file is one too', () => {
  const values = ['secret-1', 'secret-12'].map((value) => ({ reference: '${env:S}', value }))
  assert.equal(maskerOf({ values, files: [] })!('secret-12 secret%2D12'), '*** ***')
  const long = 'ö/'.repeat(500_000)
  for (let i = 0; i < 3; i++) assert.equal(maskerOf(secret(long))!(`a ${long} ${encodeURIComponent(long)}`), 'a *** ***')
  assert.equal(showReferences(`a ${long}`, secret(long)), 'a ${env:S}')
})

test('short values are not looked for, and nothing is paid without secrets', () => {
  assert.equal(maskerOf(secret('12345')), null)
  assert.equal(maskerOf({ values: [], files: [] }), null)
})

test('where a configuration is shown the reference stands, for the longest value first', () => {
  const secrets = {
    values: [
      { reference: '${env:A}', value: 'secret-1' },
      { reference: '${env:B}', value: 'secret-12' },
      { reference: '${env:C}', value: '7' },
    ],
    files: [],
  }
  assert.equal(showReferences('/x/secret-12/secret-1 7 17', secrets), '/x/${env:B}/${env:A} ${env:C} 17')
})

test('a reference that was put in is not looked at again', () => {
  const values = [
    { reference: '${env:database_url}', value: 'http://db.example' },
    { reference: '${file:database}', value: 'database' },
    { reference: '${env:CERTIFICATE}', value: `database ${'x'.repeat(2000)}` },
    { reference: '${file:keys/7/a}', value: 'a long key' },
    { reference: '${env:SHARD}', value: '7' },
    { reference: '${file:empty}', value: '' },
  ]
  const text = values
    .map(({ value }) => value)
    .join(' ')
    .trimEnd()
  assert.equal(
    showReferences(text, { values, files: [] }),
    '${env:database_url} ${file:database} ${env:CERTIFICATE} ${file:keys/7/a} ${env:SHARD}',
  )
  assert.equal(showReferences('7a long key7', { values, files: [] }), '${env:SHARD}${file:keys/7/a}${env:SHARD}')
})

test('property: no masked text holds the value', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '$', '.', '*', '/', 'ö'), minLength: 6, maxLength: 9 })
  fc.assert(
    fc.property(letters, letters, letters, (value, left, right) => {
      fc.pre(!value.includes('***'))
      const masked = maskerOf(secret(value))!(left + value + right)
      assert.equal(
        masked.split('***').some((part) => part.includes(value)),
        false,
      )
    }),
  )
})
