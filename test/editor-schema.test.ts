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

test('every key of every component has a description, and what is a choice its values', () => {
  const silent: string[] = []
  const visit = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { properties = {} } = schema as { properties?: Record<string, { description?: string; const?: unknown }> }
    for (const [name, option] of Object.entries(properties))
      if (!at.startsWith('/allOf') && (option.description ?? '') === '') silent.push(`${at}/${name}`)
    for (const [key, value] of Object.entries(schema)) visit(value, `${at}/${key}`)
  }
  visit(readJson('docs/schema/krakend-ts.json'), '')
  assert.deepEqual(silent, [])
})

test('each version has its own names: those of another one are found', () => {
  const blocks = (namespace: string, block: unknown): object => ({ extra_config: { [namespace]: block } })
  const file = (version: number, more: object, root: object = {}): object => ({
    version,
    ...root,
    endpoints: [{ endpoint: '/', backend: [BACKEND], ...more }],
  })
  const OLD_LIMIT = 'github.com/devopsfaith/krakend-ratelimit/juju/router'
  const fine = [
    file(2, { headers_to_pass: ['A'], querystring_params: 'a,b', ...blocks(OLD_LIMIT, { maxRate: 1 }) }),
    file(3, { input_headers: ['A'], ...blocks('proxy', { sequential: true }) }, { plugin: { folder: '/p' } }),
    file(3, blocks(OLD_LIMIT, { max_rate: 1 })),
    file(4, blocks('proxy', { strategy: 'fallback' }), blocks('plugin', { folder: '/p' })),
  ]
  for (const one of fine) assert.deepEqual(findErrors(one), [], JSON.stringify(one))
  const wrong = [
    file(3, { headers_to_pass: ['A'] }),
    file(3, blocks('qos/ratelimit/router', { maxRate: 1 })),
    file(3, blocks('proxy', { strategy: 'sequential' })),
    file(4, {}, { plugin: { folder: '/p' } }),
    file(4, { output_encoding: 'negociate' }),
    file(3, { backend: [{ ...BACKEND, ...blocks('qos/ratelimit/router', { max_rate: 1 }) }] }),
  ]
  for (const one of wrong) assert.notDeepEqual(findErrors(one), [], JSON.stringify(one))
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
  assert.deepEqual(findErrors({ version: 5 }), ['/version must be equal to one of the allowed values'])
})

/** Examples of pages show the part that matters: a whole file, an endpoint, or an endpoint without its path. */
function completeExample(example: object): object {
  return 'version' in example ? example : { version: 3, endpoints: [{ endpoint: '/x', ...example }] }
}

function findErrors(file: unknown): string[] {
  if (validate(file)) return []
  // that the file fits no version is told by what does not fit
  const told = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if')
  return told.map(({ instancePath, keyword, message, params }) => {
    const detail = keyword === 'additionalProperties' ? `${message} ${params['additionalProperty']}` : message
    return `${instancePath} ${keyword === 'pattern' ? 'must match pattern' : detail}`
  })
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
}
