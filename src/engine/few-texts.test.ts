import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FewTexts, MAX_REMEMBERED_LENGTH } from './few-texts.ts'

test('a text is worked out once, as long as there is room', () => {
  const asked: string[] = []
  const table = new FewTexts(2, (text) => {
    asked.push(text)
    return text.length
  })
  for (const text of ['a', 'bb', 'ccc', 'a', 'bb', 'ccc']) assert.equal(table.of(text), text.length)
  assert.deepEqual(asked, ['a', 'bb', 'ccc', 'ccc'])
  assert.equal(table.size, 2)
})

test('null is remembered as well', () => {
  let count = 0
  const table = new FewTexts(2, () => {
    count++
    return null
  })
  table.of('a')
  table.of('a')
  assert.equal(count, 1)
})

test('strangers cannot keep out what is expected, and what is expected is bounded too', () => {
  const asked: string[] = []
  const table = new FewTexts(3, (text) => {
    asked.push(text)
    return text
  })
  for (const text of ['s1', 's2', 's3', 's4']) table.of(text)
  table.expect(['s1', 'e1', 'e2', 'e3', 'e4', 'é'.repeat(MAX_REMEMBERED_LENGTH + 1)])
  assert.equal(table.size, 6)
  asked.length = 0
  for (const text of ['e1', 'e2', 'e3', 's1', 's2', 's3']) table.of(text)
  assert.deepEqual(asked, [])
  table.of('e4')
  assert.deepEqual(asked, ['e4'])
})

test('texts that are long or have no single bytes are not remembered', () => {
  const table = new FewTexts(9, (text) => text)
  for (const text of ['x'.repeat(MAX_REMEMBERED_LENGTH + 1), '\u20ac', '\ud800']) {
    assert.equal(table.of(text), text)
    table.expect([text])
  }
  assert.equal(table.size, 0)
  table.of('é'.repeat(MAX_REMEMBERED_LENGTH))
  assert.equal(table.size, 1)
})
