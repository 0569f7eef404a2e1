// Plugins between versions 3 and 4: names beside their settings become a list of entries, and back; what KrakenD 3 has as a namespace moves there.

import { isCommentKey } from '../schema/comment-key.ts'
import version4 from '../config/upgrades/version-4.json' with { type: 'json' }
import { blocksOf, mapAt, textAt, type TreePlace } from './places.ts'
import { type Entry, findEntry, makeEntry, makeMap, type MapNode, removeEntry, type Tell, textNode, type Tree } from './tree.ts'

const LISTS = ['plugin/http-server', 'plugin/req-resp-modifier', 'plugin/middleware']
const SINGLE = 'plugin/http-client'
const RETIRED: Readonly<Record<string, Readonly<Record<string, string>>>> = version4.retiredPlugins
/** Plugins that still work, and what would be better. */
const PROPOSED: Readonly<Record<string, string>> = {
  'redis-ratelimit': 'KrakenD proposes "qos/ratelimit/service/redis"',
  wildcard: 'KrakenD proposes an endpoint that ends in /*',
}

/** Version 3 to 4. */
export function listPlugins(place: TreePlace, tell: Tell): void {
  const blocks = blocksOf(place)
  if (blocks === null) return
  for (const namespace of LISTS) {
    const block = mapAt(blocks, namespace)
    if (block !== null) listBlock(namespace, block, blocks, tell)
  }
  const single = mapAt(blocks, SINGLE)
  if (single !== null) nestSettings(single, blocks, tell)
}

function listBlock(namespace: string, block: MapNode, blocks: MapNode, tell: Tell): void {
  const nameEntry = findEntry(block, 'name')
  const names = namesOf(nameEntry?.value)
  const plugins: Entry[] = []
  for (const { name, line } of names) {
    const own = block.entries.findLast((entry) => entry.key === name && entry !== nameEntry)
    if (own !== undefined) removeEntry(block, own)
    const config = own?.value ?? makeMap()
    const successor = RETIRED[namespace]?.[name]
    if (successor !== undefined) {
      moveToNamespace({ name, config, successor, line }, blocks, tell)
      continue
    }
    const proposed = PROPOSED[name]
    if (proposed !== undefined) tell('note', line, `the plugin "${name}" is deprecated`, proposed)
    const entry = makeEntry('', makeMap([makeEntry('name', textNode(name)), makeEntry('config', config)]), line)
    entry.before = own?.before ?? []
    plugins.push(entry)
  }
  if (nameEntry !== undefined) removeEntry(block, nameEntry)
  for (const left of block.entries.filter(({ key }) => !isCommentKey(key))) {
    tell('note', left.line, `"${left.key}" of "${namespace}" is not among its names: it did nothing, and is kept as "#${left.key}"`)
    left.key = `#${left.key}`
  }
  if (plugins.length > 0) block.entries.unshift(makeEntry('plugins', { kind: 'list', entries: plugins, foot: [] }, nameEntry?.line))
  else if (names.length > 0) removeNamespace(blocks, namespace)
  if (plugins.length > 0)
    tell(
      'note',
      nameEntry?.line ?? 0,
      `"${namespace}": a plugin that cannot be loaded stops KrakenD 3, KrakenD 2 served without it`,
      'on_load_error says else',
    )
}

function removeNamespace(blocks: MapNode, namespace: string): void {
  const entry = blocks.entries.findLast(({ key }) => key === namespace)
  if (entry !== undefined) removeEntry(blocks, entry)
}

function namesOf(value: Tree | undefined): { name: string; line: number }[] {
  if (value?.kind === 'text') return [{ name: value.text, line: 0 }]
  if (value?.kind !== 'list') return []
  return value.entries.flatMap(({ value: item, line }) => (item.kind === 'text' ? [{ name: item.text, line }] : []))
}

interface Retired {
  readonly name: string
  readonly config: Tree
  readonly successor: string
  readonly line: number
}

function moveToNamespace({ name, config, successor, line }: Retired, blocks: MapNode, tell: Tell): void {
  if (blocks.entries.some(({ key }) => key === successor)) {
    tell('lost', line, `settings of the plugin "${name}"`, `"${successor}" stands here already and counts`)
    return
  }
  const settings = name === 'content-replacer' ? replacersOf(config) : name === 'no-redirect' ? noRedirect() : config
  blocks.entries.push(makeEntry(successor, settings, line))
  tell('note', line, `the plugin "${name}" is the namespace "${successor}" in KrakenD 3`, 'compare its settings with KrakenD’s page')
}

function noRedirect(): MapNode {
  return makeMap([makeEntry('no_redirect', { kind: 'flag', isSet: true })])
}

/** `{ field: { find, replace, regexp } }` becomes a list of operations in the order of the file. */
function replacersOf(config: Tree): Tree {
  if (config.kind !== 'map') return config
  const modifiers = config.entries.flatMap((entry) => {
    const { key, value, before, line } = entry
    if (value.kind !== 'map' || isCommentKey(key)) return []
    const isPattern = findEntry(value, 'regexp')?.value
    const members = [makeEntry('field', textNode(key)), ...value.entries.filter((member) => ['find', 'replace'].includes(member.key))]
    const kind = isPattern?.kind === 'flag' && isPattern.isSet ? 'regexp' : 'literal'
    return [{ ...makeEntry('', makeMap([makeEntry(kind, makeMap(members))]), line), before }]
  })
  return makeMap([makeEntry('modifiers', { kind: 'list', entries: modifiers, foot: [] })])
}

/** One plugin with its settings beside its name: they become its `config`. */
function nestSettings(block: MapNode, blocks: MapNode, tell: Tell): void {
  const name = textAt(block, 'name') ?? ''
  const line = findEntry(block, 'name')?.line ?? 0
  const settings = block.entries.filter(({ key }) => key.toLowerCase() !== 'name' && !isCommentKey(key))
  const successor = RETIRED[SINGLE]?.[name]
  if (successor !== undefined) {
    removeNamespace(blocks, SINGLE)
    moveToNamespace({ name, config: makeMap(settings), successor, line }, blocks, tell)
    return
  }
  block.entries = block.entries.filter((entry) => !settings.includes(entry))
  if (settings.length === 0) return
  block.entries.push(makeEntry('config', makeMap(settings), settings[0]?.line))
  tell('note', line, `"${SINGLE}": only "config" is given to the plugin "${name}" in KrakenD 3`, 'look where it expects its settings')
}

/** Version 4 to 3. */
export function namePlugins(place: TreePlace, tell: Tell): void {
  const blocks = blocksOf(place)
  if (blocks === null) return
  for (const namespace of LISTS) {
    const block = mapAt(blocks, namespace)
    const list = block === null ? undefined : findEntry(block, 'plugins')
    if (block !== null && list?.value.kind === 'list') nameBlock(namespace, block, list, tell)
  }
  const single = mapAt(blocks, SINGLE)
  if (single === null) return
  dropLoadErrors(single, tell)
  const config = findEntry(single, 'config')
  if (config?.value.kind !== 'map') return
  removeEntry(single, config)
  single.entries.push(...config.value.entries.filter(({ key }) => key !== 'name'))
}

function nameBlock(namespace: string, block: MapNode, list: Entry, tell: Tell): void {
  const names: string[] = []
  removeEntry(block, list)
  for (const item of list.value.kind === 'list' ? list.value.entries : []) {
    if (item.value.kind !== 'map') continue
    const name = textAt(item.value, 'name') ?? ''
    if (names.includes(name)) tell('refused', item.line, `"${namespace}" has the plugin "${name}" twice: version 3 cannot say that`)
    names.push(name)
    dropLoadErrors(item.value, tell)
    const config = findEntry(item.value, 'config')
    if (config !== undefined) block.entries.push({ ...config, key: name, before: [...item.before, ...config.before] })
  }
  const texts = names.map((name) => makeEntry('', textNode(name)))
  block.entries.unshift(makeEntry('name', { kind: 'list', entries: texts, foot: [] }, list.line))
}

function dropLoadErrors(map: MapNode, tell: Tell): void {
  for (const entry of map.entries.filter(({ key }) => key.startsWith('on_load_'))) {
    removeEntry(map, entry)
    tell('lost', entry.line, `"${entry.key}": version 3 serves without a plugin that cannot be loaded`)
  }
}
