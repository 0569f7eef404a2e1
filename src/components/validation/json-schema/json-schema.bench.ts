// What one request pays for `validation/json-schema`: a row of `npm run bench`. Run by itself it measures the check alone.

import type { BenchRow } from '../../../../bench/rows.ts'
import { compileSchema } from './drafts.ts'

const names = Array.from({ length: 20 }, (_none, index) => `field_${index}`)

const schema = {
  type: 'object',
  properties: Object.fromEntries(
    names.map((name, index) => [name, index % 2 === 0 ? { type: 'string', minLength: 1, maxLength: 40 } : { type: 'integer', minimum: 0 }]),
  ),
  required: names.slice(0, 10),
  additionalProperties: false,
}

const body = JSON.stringify(Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? `value ${index}` : index])))

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend, asked with a body of 20 fields',
    path: '/unchecked',
    endpoints: [{ endpoint: '/unchecked', method: 'POST', backend: [{ url_pattern: '/small.json', method: 'GET' }] }],
    body,
    target: '',
  },
  {
    name: 'one JSON backend + JSON Schema of 20 fields',
    path: '/checked',
    endpoints: [
      {
        endpoint: '/checked',
        method: 'POST',
        backend: [{ url_pattern: '/small.json', method: 'GET' }],
        extra_config: { 'validation/json-schema': schema },
      },
    ],
    body,
    target: 'the row above + 0.4',
  },
]

function measureAlone(): void {
  const validator = compileSchema(schema, 'all')
  const bytes = Buffer.from(body)
  const rounds = 200_000
  let refused = 0
  const start = performance.now()
  for (let i = 0; i < rounds; i++) if (validator.validate(JSON.parse(bytes.toString())) !== null) refused++
  const microseconds = ((performance.now() - start) * 1000) / rounds
  // oxlint-disable-next-line no-console -- a measurement is read on the screen
  console.log(`decode and check ${body.length} bytes: ${microseconds.toFixed(2)} µs, ${refused} refused`)
}

if (import.meta.main) measureAlone()
