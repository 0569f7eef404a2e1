// Layouts as Go's documentation has them, each against the moment that it writes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileLocalTime } from './local-time.ts'

const MORNING = new Date(2026, 7, 4, 9, 5, 7, 120)
const EVENING = new Date(2026, 10, 29, 21, 0, 0, 0)

const EXPECTED: readonly (readonly [layout: string, time: Date, text: string])[] = [
  ['2006-01-02 15:04:05', MORNING, '2026-08-04 09:05:07'],
  ['2006/01/02 - 15:04:05.000', MORNING, '2026/08/04 - 09:05:07.120'],
  ['15:04:05.999', MORNING, '09:05:07.12'],
  ['15:04:05.999', EVENING, '21:00:00'],
  ['15:04:05,000000', MORNING, '09:05:07,120000'],
  ['Mon Jan _2 3:04PM 2006', MORNING, 'Tue Aug  4 9:05AM 2026'],
  ['Monday, 2 January 06 03:4:5pm', EVENING, 'Sunday, 29 November 26 09:0:0pm'],
  ['002 __2', MORNING, '216 216'],
  ['at 1/2, T', MORNING, 'at 8/4, T'],
  ['', MORNING, ''],
]

for (const [layout, time, text] of EXPECTED) {
  test(`${JSON.stringify(layout)} writes ${text}`, () => assert.equal(compileLocalTime(layout)(time), text))
}

test('offsets of the zone, and Z for none', () => {
  const east = Object.assign(new Date(MORNING), { getTimezoneOffset: () => -330 })
  const west = Object.assign(new Date(MORNING), { getTimezoneOffset: () => 240 })
  const none = Object.assign(new Date(MORNING), { getTimezoneOffset: () => 0 })
  const write = compileLocalTime('-0700 -07:00 Z07:00 Z0700 -07')
  assert.equal(write(east), '+0530 +05:30 +05:30 +0530 +05')
  assert.equal(write(west), '-0400 -04:00 -04:00 -0400 -04')
  assert.equal(write(none), '+0000 +00:00 Z Z +00')
})
