// docs/schema/krakend-ts.json as editors use it: examples are valid, slips are found where they are.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const validate = new Ajv({ strict: false, allErrors: true }).compile(readJson('docs/schema/krakend-ts.json') as object)

const BACKEND = { host: ['http://localhost:8081'], url_pattern: '/' }

test('the quickstart is valid', () => {
  assert.deepEqual(findErrors(readJson('examples/quickstart/krakend.json')), [])
})

test('the example of every component is valid', () => {
  let count = 0
  for (const page of globSync(['src/components/**/README.md', 'docs/components/*.md'], { cwd: ROOT })) {
    const [, example] = /^## Example\n[^]*?```json\n([^]*?)```/m.exec(readFileSync(join(ROOT, page), 'utf8')) ?? []
    if (example === undefined) continue
    assert.deepEqual(findErrors(completeExample(JSON.parse(example) as object)), [], page)
    count++
  }
  assert.ok(count >= 15, `${count} examples`)
})

test('slips are found at every level', () => {
  const file = {
    version: 3,
    timeuot: '2s',
    timeout: '2 s',
    endpoints: [
      {
        endpoint: '/',
        backend: [{ ...BACKEND, extra_config: { 'qos/circuit-breaker': { timeout: '10s' }, 'somebody/else': { x: 1 } } }],
        extra_config: { 'qos/ratelimit/router': { max_rates: 1 }, proxy: { sequential: 'yes' } },
      },
    ],
    '//': 'a comment',
  }
  assert.deepEqual(findErrors(file).sort(), [
    ' must NOT have additional properties timeuot',
    '/endpoints/0/backend/0/extra_config/qos~1circuit-breaker/timeout must be integer',
    '/endpoints/0/extra_config/proxy/sequential must be boolean',
    '/endpoints/0/extra_config/qos~1ratelimit~1router must NOT have additional properties max_rates',
    '/timeout must match pattern',
  ])
  assert.deepEqual(findErrors({ version: 2 }), ['/version must be equal to one of the allowed values'])
})

/** Examples of pages show the part that matters: a whole file, an endpoint, or an endpoint without its path. */
function completeExample(example: object): object {
  return 'version' in example ? example : { version: 3, endpoints: [{ endpoint: '/x', ...example }] }
}

function findErrors(file: unknown): string[] {
  if (validate(file)) return []
  return (validate.errors ?? []).map(({ instancePath, keyword, message, params }) => {
    const detail = keyword === 'additionalProperties' ? `${message} ${params['additionalProperty']}` : message
    return `${instancePath} ${keyword === 'pattern' ? 'must match pattern' : detail}`
  })
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
}
