// The test suite of JSON Schema against `validation/json-schema`. What fails is listed by name: a change shows, for better or worse.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchema } from '../../src/components/validation/json-schema/drafts.ts'
import type { Validator } from '../../src/components/validation/json-schema/drafts.ts'
import { KNOWN_FAILURES } from './json-schema-failures.ts'
import { readLines } from './read-lines.ts'

type Draft = 4 | 6 | 7 | 2019 | 2020

interface Group {
  readonly drafts: readonly Draft[]
  readonly file: string
  readonly group: string
  /** Without the `$schema` of the draft. */
  readonly schema: boolean | Readonly<Record<string, unknown>>
  readonly tests: readonly (readonly [description: string, value: unknown, isValid: boolean])[]
}

const NAMES: Readonly<Record<Draft, string>> = {
  4: 'http://json-schema.org/draft-04/schema#',
  6: 'http://json-schema.org/draft-06/schema#',
  7: 'http://json-schema.org/draft-07/schema#',
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema',
}

const groups = readLines<Group>('json-schema.jsonl')

function compile({ schema }: Group, draft: Draft): Validator | null {
  try {
    return compileSchema(typeof schema === 'boolean' ? schema : { $schema: NAMES[draft], ...schema }, 'all')
  } catch {
    return null
  }
}

/** What goes wrong with a group in one draft: names of tests, or that the schema is refused. */
function findFailures(group: Group, draft: Draft): string[] {
  const validator = compile(group, draft)
  if (validator === null) return ['(refused)']
  return group.tests.filter(([, value, isValid]) => judge(validator, value) !== isValid).map(([description]) => description)
}

/** What is too deep to be followed is refused. */
function judge(validator: Validator, value: unknown): boolean {
  try {
    return validator.validate(value) === null
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

test('schemas mean what the suite says, but for the known failures', () => {
  const failures = new Set<string>()
  let count = 0
  for (const group of groups) {
    count += group.tests.length * group.drafts.length
    for (const draft of group.drafts) {
      for (const name of findFailures(group, draft)) failures.add(`${group.file}: ${group.group}: ${name}`)
    }
  }
  assert.ok(count > 5900)
  assert.deepEqual([...failures].sort(), Object.values(KNOWN_FAILURES).flat().sort())
})
