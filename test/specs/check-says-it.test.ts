// One source for editors and the shell: whatever the editors' schema forbids, `check` says. Every option of every component is broken
// in every way that its schema knows, and every field of the file.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { checkConfig } from '../../src/check/check-config.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { synonymsOf } from '../../src/config/upgrade.ts'
import { checkBlocks } from '../../src/engine/compile/check-blocks.ts'
import type { Level } from '../../src/engine/compile/component.ts'
import { knownNamespaces, loadDeclarations } from '../../src/engine/compile/order.ts'
import { order } from '../../src/order.ts'
import { isObject, type PlainObject } from '../../src/json/types.ts'
import { editorSchema } from '../../scripts/docs/editor-schema.ts'
import { collectNamespaces } from '../../scripts/docs/namespaces.ts'

/** How many findings a file has, its errors included. */
async function countFindings(raw: PlainObject): Promise<number> {
  const { config, issues } = parseConfig(raw, { knownNamespaces: knownNamespaces(order) })
  if (config === null) return issues.length
  const source = { file: 'k.json', text: JSON.stringify(raw), format: 'json', synonymsOf }
  const general = [
    ...checkConfig({
      config,
      raw,
      variableKeys: new Set(),
      source,
      readable: () => true,
      contentOf: () => null,
      discoveries: ['dns'],
      drivers: ['async/amqp'],
    }),
  ].flat()
  const own = checkBlocks(config, await loadDeclarations(order, config), { isStrict: false, readable: () => true })
  return issues.length + general.length + own.length
}

/** A file with a block at one level, and one without anything to say. */
function fileWith(level: Level | null, namespace = '', block: unknown = null): PlainObject {
  const config = { extra_config: { [namespace]: block } }
  const at = (wanted: Level): object => (level === wanted ? config : {})
  const backend = { url_pattern: '/x', host: ['http://a'], ...at('backend') }
  return { version: 3, ...at('service'), endpoints: [{ endpoint: '/a', method: 'POST', backend: [backend], ...at('endpoint') }] }
}

interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
}

const ODD: readonly unknown[] = ['no such text', '', -1, 1e9, 1.5, true, ['x'], [1], [{}], {}, { x: 1 }]

/** Blocks in which one option is odd, at any depth. */
function* oddBlocks({ properties, items }: Shape): Generator {
  yield* ODD
  for (const [name, option] of Object.entries(properties ?? {})) for (const value of oddBlocks(option)) yield { [name]: value }
  if (items !== undefined) for (const value of oddBlocks(items)) yield [value]
}

const entries = await collectNamespaces()
const forbids = new Ajv({ strict: false }).compile(editorSchema(entries))

test('the file that is broken below is good', async () => {
  assert.equal(forbids(fileWith(null)), true)
  assert.equal(await countFindings(fileWith(null)), 0)
})

for (const { namespace, levels, options } of entries)
  for (const level of levels.filter((one) => one !== 'agent'))
    test(`${namespace} at ${level}`, async () => {
      const shape: Shape = options
      let broken = 0
      for (const block of oddBlocks(shape)) {
        const file = fileWith(level, namespace, block)
        if (forbids(file)) continue
        broken++
        assert.ok((await countFindings(file)) > 0, `silent: ${JSON.stringify(block)}`)
      }
      if (isObject(shape.properties)) assert.ok(broken > 5)
    })

test('fields of the service, of endpoints and of backends', async () => {
  const { definitions } = editorSchema([]) as unknown as { definitions: Record<string, Shape> }
  const places = [
    [definitions['file-3']?.properties, (name: string, value: unknown) => ({ ...fileWith(null), [name]: value })],
    [definitions['endpoint-3']?.properties, (name: string, value: unknown) => withMember(['endpoints', 0], name, value)],
    [definitions['backend-3']?.properties, (name: string, value: unknown) => withMember(['endpoints', 0, 'backend', 0], name, value)],
  ] as const
  let broken = 0
  for (const [fields = {}, make] of places)
    for (const [name, shape] of [...Object.entries(fields), ['no_such_key', {}] as const])
      for (const value of oddBlocks(shape)) {
        const file = make(name, value)
        if (forbids(file)) continue
        broken++
        assert.ok((await countFindings(file)) > 0, `silent: ${name}: ${JSON.stringify(value)}`)
      }
  assert.ok(broken > 300, String(broken))
})

function withMember(at: readonly (string | number)[], name: string, value: unknown): PlainObject {
  const file = fileWith(null)
  let place: PlainObject = file
  for (const step of at) place = place[step] as PlainObject
  place[name] = value
  return file
}
