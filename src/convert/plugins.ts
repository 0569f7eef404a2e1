// Plugins between versions 3 and 4: names beside their settings become a list of entries, and back; what KrakenD 3 has as a namespace moves there.

import { LISTS, SINGLE } from '../config/plugin-lists.ts'
import { isObject } from '../json/types.ts'
import { readEntries } from '../plugins/entries.ts'
import { isCommentKey } from '../schema/comment-key.ts'
import version4 from '../config/upgrades/version-4.json' with { type: 'json' }
import { blocksOf, mapAt, textAt, type TreePlace } from './places.ts'
import { type Entry, findEntry, makeEntry, makeMap, type MapNode, removeEntry, type Tell, textNode, type Tree, valueOf } from './tree.ts'

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
  for (const namespace of [...LISTS, SINGLE]) {
    const block = mapAt(blocks, namespace)
    if (block !== null) rewriteBlock(namespace, block, blocks, tell)
  }
}

function rewriteBlock(namespace: string, block: MapNode, blocks: MapNode, tell: Tell): void {
  const nameEntry = block.entries.findLast(({ key }) => key === 'name')
  const written = takeSettings(namespace, block, nameEntry)
  const plugins: Entry[] = []
  for (const { name, config, line, before } of written) {
    const successor = RETIRED[namespace]?.[name]
    if (successor !== undefined) {
      moveToNamespace({ name, config, successor, line }, blocks, tell)
      continue
    }
    const proposed = PROPOSED[name]
    if (proposed !== undefined) tell('note', line, `the plugin "${name}" is deprecated`, proposed)
    plugins.push({ ...makeEntry('', makeMap([makeEntry('name', textNode(name)), makeEntry('config', config)]), line), before })
  }
  if (written.length > 0 && nameEntry !== undefined) removeEntry(block, nameEntry)
  for (const left of block.entries.filter(({ key }) => !isCommentKey(key))) {
    tell('note', left.line, `"${left.key}" of "${namespace}" ${whyLeft(namespace, left === nameEntry)}, and is kept as "#${left.key}"`)
    left.key = `#${left.key}`
  }
  if (plugins.length > 0) {
    putPlugins(namespace, block, plugins, nameEntry, tell)
    tell(
      'note',
      nameEntry?.line ?? 0,
      `"${namespace}": a plugin that cannot be loaded stops KrakenD 3, KrakenD 2 served without it`,
      'on_load_error says else',
    )
  } else if (written.length > 0) removeNamespace(blocks, namespace)
}

function whyLeft(namespace: string, isName: boolean): string {
  if (isName) return 'names no plugin in this form: it did nothing'
  return namespace === SINGLE
    ? 'stands beside the settings of its plugin, which is given nothing else'
    : 'is not among its names: it did nothing'
}

function putPlugins(namespace: string, block: MapNode, plugins: Entry[], nameEntry: Entry | undefined, tell: Tell): void {
  if (namespace !== SINGLE) {
    block.entries.unshift(makeEntry('plugins', { kind: 'list', entries: plugins, foot: [] }, nameEntry?.line))
    return
  }
  const [plugin, ...others] = plugins
  for (const { line } of others) tell('lost', line, `"${namespace}": version 4 has one plugin there`)
  if (plugin?.value.kind !== 'map') return
  const members = plugin.value.entries.filter(({ key, value }) => key !== 'config' || value.kind !== 'map' || value.entries.length > 0)
  block.entries.unshift(...members)
  if (members.length > 1) {
    const name = textAt(block, 'name') ?? ''
    tell(
      'note',
      plugin.line,
      `"${namespace}": only "config" is given to the plugin "${name}" in KrakenD 3`,
      'look where it expects its settings',
    )
  }
}

interface Settings {
  readonly name: string
  readonly config: Tree
  readonly line: number
  /** Comments that stood before them. */
  readonly before: string[]
}

/** What the gateway gives to each plugin of a block of names, in the order of the names; what none gets stays in the block. */
function takeSettings(namespace: string, block: MapNode, nameEntry: Entry | undefined): Settings[] {
  const taken = new Set<Entry>()
  const settings = readEntries(namespace, valueOf(block), false).map(
    ({ name, options, optionsPath: [own], namePath: [, index] }): Settings => {
      const item = nameEntry?.value.kind === 'list' && typeof index === 'number' ? nameEntry.value.entries[index] : nameEntry
      const line = item?.line ?? 0
      const keys = own === undefined ? Object.keys(isObject(options) ? options : {}) : [own]
      const members = keys.flatMap((key) => block.entries.findLast((entry) => entry.key === key) ?? [])
      const isFirst = members.every((member) => !taken.has(member))
      for (const member of members) taken.add(member)
      const copies = isFirst ? members : structuredClone(members)
      const [first] = copies
      if (own === undefined || first === undefined) return { name, config: makeMap(copies), line, before: [] }
      return { name, config: first.value, line, before: isFirst ? first.before : [] }
    },
  )
  block.entries = block.entries.filter((entry) => !taken.has(entry))
  return settings
}

function removeNamespace(blocks: MapNode, namespace: string): void {
  const entry = blocks.entries.findLast(({ key }) => key === namespace)
  if (entry !== undefined) removeEntry(blocks, entry)
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

/** Version 4 to 3. `onLoadDefaultError` is that of the folder's block; null for none. */
export function namePlugins(place: TreePlace, onLoadDefaultError: string | null, tell: Tell): void {
  const blocks = blocksOf(place)
  if (blocks === null) return
  for (const namespace of LISTS) {
    const block = mapAt(blocks, namespace)
    const list = block === null ? undefined : findEntry(block, 'plugins')
    if (block !== null && list?.value.kind === 'list') nameBlock(namespace, block, list, onLoadDefaultError, tell)
  }
  const single = mapAt(blocks, SINGLE)
  const name = single === null ? undefined : findEntry(single, 'name')
  if (single === null || name?.value.kind !== 'text') return
  dropLoadErrors(SINGLE, { map: single, line: name.line }, onLoadDefaultError, tell)
  const config = findEntry(single, 'config')
  if (config !== undefined) removeEntry(single, config)
  putSettings(SINGLE, { name: name.value.text, line: name.line, config }, single, tell)
}

function nameBlock(namespace: string, block: MapNode, list: Entry, onLoadDefaultError: string | null, tell: Tell): void {
  const names: string[] = []
  removeEntry(block, list)
  for (const { value: item, line, before } of list.value.kind === 'list' ? list.value.entries : []) {
    if (item.kind !== 'map') continue
    const name = textAt(item, 'name') ?? ''
    if (names.includes(name)) tell('refused', line, `"${namespace}" has the plugin "${name}" twice: version 3 cannot say that`)
    names.push(name)
    dropLoadErrors(namespace, { map: item, line }, onLoadDefaultError, tell)
    const config = findEntry(item, 'config')
    for (const entry of item.entries.filter((member) => member !== config && member.key !== 'name')) {
      if (!isCommentKey(entry.key)) tell('lost', entry.line, `"${entry.key}" of the plugin "${name}": it was not read`)
      else block.entries.push({ ...entry, key: block.entries.some(({ key }) => key === entry.key) ? `${entry.key} ${name}` : entry.key })
    }
    const entry = config === undefined ? makeEntry('', makeMap()) : config
    putSettings(namespace, { name, line, config: { ...entry, before: [...before, ...entry.before] } }, block, tell)
  }
  const texts = names.map((name) => makeEntry('', textNode(name)))
  block.entries.unshift(makeEntry('name', { kind: 'list', entries: texts, foot: [] }, list.line))
}

interface Named {
  readonly name: string
  readonly line: number
  readonly config: Entry | undefined
}

/** Below the name of the plugin, even where there are none: settings of another plugin would count otherwise. */
function putSettings(namespace: string, { name, line, config }: Named, block: MapNode, tell: Tell): void {
  if (name === 'name') tell('refused', line, `"${namespace}" has a plugin called "name": version 3 has no place for its settings`)
  for (const unread of block.entries.filter(({ key }) => key === name && name !== 'name')) {
    removeEntry(block, unread)
    tell('lost', unread.line, `"${name}" of "${namespace}": version 4 did not read it`)
  }
  const entry = config === undefined || config.value.kind === 'null' ? makeEntry(name, makeMap()) : { ...config, key: name }
  block.entries.push(entry)
}

const KEEPS_LOAD_ERROR = '"on_load_error" in "_gw/plugins" says for all plugins what this gateway does then'

function dropLoadErrors(namespace: string, { map, line }: { map: MapNode; line: number }, fallback: string | null, tell: Tell): void {
  const written = map.entries.filter(({ key }) => key.startsWith('on_load_'))
  for (const entry of written) {
    removeEntry(map, entry)
    tell('lost', entry.line, `"${entry.key}": version 3 serves without a plugin that cannot be loaded`, KEEPS_LOAD_ERROR)
  }
  if (written.length === 0 && fallback !== 'passthrough')
    tell(
      'note',
      line,
      `"${namespace}": version 3 serves without the plugin "${textAt(map, 'name') ?? ''}" where it cannot be loaded, version 4 did not`,
      KEEPS_LOAD_ERROR,
    )
}
