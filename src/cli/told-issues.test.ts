// What is told of a file never holds a value of its secrets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorIssue } from '../schema/issue.ts'
import { toldIssues } from './told-issues.ts'

test('secrets are masked in messages, hints and excerpts', () => {
  const issue = { ...errorIssue('x', [], 'has hunter22', 'not hunter22'), excerpt: '  2 | key = "hunter22"' }
  const told = toldIssues([issue, errorIssue('y', [], 'plain')], null, {
    values: [{ value: 'hunter22', reference: '${env:KEY}' }],
    files: [],
  })
  assert.doesNotMatch(JSON.stringify(told), /hunter22/)
  assert.match(told[0]?.excerpt ?? '', /^ {2}2 \| key = "/)
  assert.ok(!('excerpt' in (told[1] ?? {})))
})
