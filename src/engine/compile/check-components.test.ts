// What `check` says about the blocks of components: where, how serious, and in the component's own words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayConfig } from '../../config/types.ts'
import { errorIssue, formatPath } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { checkComponents } from './check-components.ts'
import { component } from './component.ts'
import type { AnyComponent } from './component.ts'

const options = Type.Object({ pattern: Type.String({ default: '' }) })

function find(declared: AnyComponent, block: unknown, dialect: 2 | 3 = 3, isStrict = true): string[] {
  const backend = { at: ['endpoints', 0, 'backend', 1], extraConfig: new Map() }
  const endpoint = { at: ['endpoints', 0], extraConfig: new Map([['a/b', block]]), backends: [backend] }
  const config = { dialect, extraConfig: new Map(), endpoints: [endpoint] } as unknown as GatewayConfig
  return checkComponents(config, [declared], { isStrict }).map(
    ({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`,
  )
}

const plain = { stage: 'endpoint', namespace: 'a/b', reading: 'struct', options, build: () => null } as const

test('a block that cannot be read is an error where it protects or stops the start', () => {
  const text = 'endpoints[0].extra_config.a/b.pattern: must be a text, not the number 1'
  assert.deepEqual(find(component(plain), { pattern: 1 }), [`warning ${text}`])
  assert.deepEqual(find(component({ ...plain, restricting: true }), { pattern: 1 }), [`error ${text}`])
  assert.deepEqual(find(component({ ...plain, whenInvalid: 'stop' }), { pattern: 1 }), [`error ${text}`])
})

test('a component checks what types cannot say, in the words of the file', () => {
  const checked = component({
    ...plain,
    check: ({ pattern }, { dialect }) => (pattern === '(' ? [errorIssue('invalid-pattern', ['pattern'], `no pattern of ${dialect}`)] : []),
  })
  assert.deepEqual(find(checked, { pattern: 'a' }), [])
  assert.deepEqual(find(checked, { pattern: '(' }, 2), ['error endpoints[0].extra_config.a/b.pattern: no pattern of 2'])
  // KrakenD's own check lets it pass.
  assert.deepEqual(find(checked, { pattern: '(' }, 2, false), ['warning endpoints[0].extra_config.a/b.pattern: no pattern of 2'])
})

test('what a component says about an option replaces what its type says', () => {
  const checked = component({ ...plain, reading: 'map', check: () => [errorIssue('wrong-type', ['pattern'], 'stops the start')] })
  assert.deepEqual(find(checked, { pattern: 1 }), ['error endpoints[0].extra_config.a/b.pattern: stops the start'])
})

test('a stage is looked for at its own level only', () => {
  assert.deepEqual(find(component({ ...plain, stage: 'sender', build: () => null }), { pattern: 1 }), [])
})
