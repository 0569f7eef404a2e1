// How texts with placeholders are read, and that no value leaves its place.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeText } from '../go/text.ts'
import { braceMistake, breaksHeader, ENCODE, parseTemplate, placeholdersIn, soleOf, textOfValue } from './placeholders.ts'

const needed = (name: string) => ({ name, isOptional: false, fallback: null })

test('literal texts and placeholders take turns; doubled braces are braces', () => {
  assert.deepEqual(parseTemplate('a {b} c'), ['a ', needed('b'), ' c'])
  assert.deepEqual(parseTemplate('{a}{b}'), [needed('a'), needed('b')])
  assert.deepEqual(parseTemplate('{{a}} {{{b}}}'), ['{a} {', needed('b'), '}'])
  assert.deepEqual(parseTemplate('a { b'), ['a { b'])
  assert.deepEqual(parseTemplate(''), [])
})

test('a value may be optional or have a default', () => {
  assert.deepEqual(parseTemplate('{a?}'), [{ name: 'a', isOptional: true, fallback: null }])
  assert.deepEqual(parseTemplate('{a.b:-x y}'), [{ name: 'a.b', isOptional: false, fallback: 'x y' }])
  assert.deepEqual(parseTemplate('{a:-}'), [{ name: 'a', isOptional: false, fallback: '' }])
})

test('a text that is one placeholder is known', () => {
  assert.deepEqual(soleOf(parseTemplate('{a}')), needed('a'))
  assert.equal(soleOf(parseTemplate('{a} ')), null)
  assert.equal(soleOf(parseTemplate('a')), null)
})

test('values inside a text: numbers by their digits, objects as JSON', () => {
  assert.deepEqual(
    [textOfValue('a"'), textOfValue(7), textOfValue(true), textOfValue(null), textOfValue(['a', 1])],
    ['a"', '7', 'true', '', '["a",1]'],
  )
})

test('a brace is a placeholder’s, or written twice', () => {
  for (const text of ['', 'a', '{a}', '{{', '}}', '{{{a}}}', 'x{{y}}{a?}{b:-c}']) assert.equal(braceMistake(text), null, text)
  for (const text of ['{a', 'a{{{', '{a{b}']) assert.match(String(braceMistake(text)), /^a "\{" is not closed/, text)
  for (const text of ['a}', '{a}}', '}}}', '{{a}']) assert.match(String(braceMistake(text)), /^a "\}" closes nothing/, text)
})

test('property: a text without braces has no placeholder, and doubling the braces of any text gives it back', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const doubled = text.replaceAll('{', '{{').replaceAll('}', '}}')
      assert.deepEqual(placeholdersIn(parseTemplate(doubled)), [])
      assert.deepEqual(parseTemplate(doubled), text === '' ? [] : [text])
    }),
  )
})

test('property: a value stays within its JSON text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(JSON.parse(`"${ENCODE.json(text)}"`), text.toWellFormed())))
})

test('no value brings a tag or ends an attribute', () => {
  assert.equal(ENCODE.html(`<a b='c' d="e">&`), '&#60;a b=&#39;c&#39; d=&#34;e&#34;&#62;&#38;')
})

test('values cannot leave the place they land in: a segment, a pair, a field', () => {
  assert.equal(ENCODE.path('a/b é?'), 'a%2Fb%20%C3%A9%3F')
  assert.equal(ENCODE.query('a&b=c d'), 'a%26b%3Dc%20d')
  assert.equal(ENCODE.path(decodeText(Buffer.from([0x61, 0xe9, 0x2f]))), 'a%E9%2F')
  assert.equal(ENCODE.header('é'), '\u00c3\u00a9')
  assert.deepEqual(['a', 'a\r', 'a\nb', '\0'].map(breaksHeader), [false, true, true, true])
})
