// Look-ups of names: what is asked of the system, and who gets the answer.

import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { shareLookups } from './lookup.ts'

type Pending = { readonly hostname: string; readonly answer: Parameters<LookupFunction>[2] }

function makeLookup(): {
  readonly lookup: LookupFunction
  readonly pending: Pending[]
  readonly heard: string[]
  readonly ask: (hostname: string, family?: 4 | 6) => void
} {
  const pending: Pending[] = []
  const heard: string[] = []
  const lookup = shareLookups((hostname, _options, answer) => void pending.push({ hostname, answer }))
  const ask = (hostname: string, family: 4 | 6 = 4): void =>
    lookup(hostname, { family }, (error, address) => heard.push(`${hostname} ${error?.message ?? JSON.stringify(address)}`))
  return { lookup, pending, heard, ask }
}

test('one name at the same time is looked up once, and everybody hears of it', () => {
  const { pending, heard, ask } = makeLookup()
  for (const name of ['a', 'a', 'b', 'a']) ask(name)
  assert.deepEqual(
    pending.map(({ hostname }) => hostname),
    ['a', 'b'],
  )
  pending[0]?.answer(null, '192.0.2.1', 4)
  assert.deepEqual(heard, ['a "192.0.2.1"', 'a "192.0.2.1"', 'a "192.0.2.1"'])
})

test('a failure is everybody’s, and the next one asks again', () => {
  const { pending, heard, ask } = makeLookup()
  ask('a')
  ask('a')
  pending[0]?.answer(new Error('no server'), '')
  assert.deepEqual(heard, ['a no server', 'a no server'])
  ask('a')
  assert.equal(pending.length, 2)
})

test('another family is another question', () => {
  const { pending, ask } = makeLookup()
  ask('a', 4)
  ask('a', 6)
  assert.equal(pending.length, 2)
})

test('who asks again while the answer is given gets a new one', () => {
  const { lookup, pending } = makeLookup()
  lookup('a', { family: 4 }, () => lookup('a', { family: 4 }, () => {}))
  pending[0]?.answer(null, '192.0.2.1', 4)
  assert.equal(pending.length, 2)
})
