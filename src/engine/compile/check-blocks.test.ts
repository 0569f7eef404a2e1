// What `check` says about the blocks of components: where, how serious, and in the component's own words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, makeConfig, makeEndpoint } from '../../testing/index.ts'
import { errorIssue, formatPath } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { checkBlocks } from './check-blocks.ts'
import { component } from './component.ts'
import type { AnyComponent } from './component.ts'
import { LEVELS } from './order.ts'

const options = Type.Object({ pattern: Type.String({ default: '' }) })

function find(declared: AnyComponent, block: unknown, dialect: 2 | 3 = 3, isStrict = true): string[] {
  const config = makeConfig({ dialect, endpoints: [makeEndpoint({ extraConfig: blocksOf({ 'a/b': block }) })] })
  return checkBlocks(config, [{ declaration: declared, levels: LEVELS[declared.stage] }], { isStrict }).map(
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

test('a block at a level where nobody reads it is told, with the right level; one that protects is refused by --strict', () => {
  const elsewhere = component({ ...plain, stage: 'transport', build: () => null })
  const text = 'endpoints[0].extra_config.a/b: "a/b" does nothing at an endpoint'
  assert.deepEqual(find(elsewhere, { pattern: 1 }), [`warning ${text}: nobody reads it here`])
  const protecting = component({ ...plain, stage: 'transport', restricting: true, build: () => null })
  assert.deepEqual(find(protecting, {}), [`error ${text}: nothing is protected by it`])
  assert.deepEqual(find(protecting, {}, 3, false), [`warning ${text}: nothing is protected by it`])
})

test('--strict lets nothing pass that was not understood in a block that protects', () => {
  const protecting = component({ ...plain, reading: 'map', restricting: true })
  const wrong = (isStrict: boolean) => find(protecting, { patern: 'x', pattern: 1 }, 3, isStrict).map((line) => line.split(' ')[0])
  assert.deepEqual(wrong(true), ['error', 'error'])
  assert.deepEqual(wrong(false), ['warning', 'warning'])
  const partly = component({ ...plain, restricting: 'partly' })
  for (const block of [{ patern: 'x' }, { pattern: 1 }])
    for (const isStrict of [true, false])
      assert.deepEqual(
        find(partly, block, 3, isStrict).map((line) => line.split(' ')[0]),
        [isStrict ? 'error' : 'warning'],
      )
})
