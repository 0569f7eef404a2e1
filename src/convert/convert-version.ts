// A tree of one version becomes one of another, step by step. What is lost, and what one should look at, is told with its line.

import { endpointFields, agentFields, backendFields, serviceFields, type Fields } from '../config/fields.ts'
import type { Level } from '../engine/compile/component.ts'
import { refuseClaimPlaces, tellClaimPlaces, writeSequential, writeStrategy } from './merging.ts'
import { blocksOf, placesOf, textAt, type TreePlace } from './places.ts'
import { listPlugins, namePlugins } from './plugins.ts'
import { type Direction, pathBetween, STEPS, type StepData } from './steps.ts'
import { findEntry, makeEntry, makeList, makeMap, type MapNode, removeEntry, type Tell, textNode } from './tree.ts'

export type FileVersion = 2 | 3 | 4

/** The version of a file; null where it has none that is known. */
export function versionOf(root: MapNode): FileVersion | null {
  const value = findEntry(root, 'version')?.value
  const written = value?.kind === 'number' ? value.digits : value?.kind === 'text' ? value.text : ''
  return written === '2' ? 2 : written === '3' ? 3 : written === '4' ? 4 : null
}

/** Changes the tree. */
export function convertVersion(root: MapNode, from: FileVersion, to: FileVersion, tell: Tell): void {
  for (const direction of pathBetween(from, to)) apply(root, direction, tell)
}

function apply(root: MapNode, direction: Direction, tell: Tell): void {
  const step = STEPS[direction]
  const onLoadDefaultError = direction === '4-3' ? movePluginFolderBack(root, tell) : null
  for (const place of placesOf(root)) {
    if (direction === '2-3') splitTexts(place)
    if (direction === '4-3') {
      namePlugins(place, onLoadDefaultError, tell)
      writeSequential(place, tell)
      refuseClaimPlaces(place, tell)
    }
    if (direction === '3-2') tellOfDepth(place, tell)
    // advice is about names of versions 3 and 4: before they become old ones, or after they were
    if (direction === '3-2') advise(place, step, tell)
    renameKeys(place, step, tell)
    renameBlocks(place, step, tell)
    if (direction !== '3-2') advise(place, step, tell)
    if (direction === '3-4') {
      writeStrategy(place)
      tellClaimPlaces(place, tell)
      listPlugins(place, tell)
    }
  }
  if (direction === '3-4') movePluginFolder(root, tell)
  writeVersion(root, step, tell)
}

function writeVersion(root: MapNode, { version, schemas }: StepData, tell: Tell): void {
  const entry = findEntry(root, 'version')
  const value = { kind: 'number', digits: String(version) } as const
  if (entry === undefined) root.entries.unshift(makeEntry('version', value))
  else entry.value = value
  const schema = root.entries.find(({ key }) => key === '$schema')
  if (schema?.value.kind !== 'text') return
  const before = schema.value.text
  const after = schemas.reduce((text, [from, to]) => text.replace(from, to), before)
  if (after !== before) schema.value = textNode(after)
  else if (/krakend\.io\/schema\/v/.test(before)) {
    removeEntry(root, schema)
    tell('lost', schema.line, `"$schema": ${before}`, `it is no schema of version ${version}`)
  }
}

function renameKeys({ level, map }: TreePlace, { keys }: StepData, tell: Tell): void {
  for (const { level: own, from, to, oldWins } of keys) {
    const old = own === level ? map.entries.findLast(({ key }) => key.toLowerCase() === from) : undefined
    if (old === undefined) continue
    const current = map.entries.findLast(({ key }) => key.toLowerCase() === to)
    if (current === undefined) old.key = to
    else {
      const unread = oldWins ? current : old
      removeEntry(map, unread)
      tell('lost', unread.line, `"${unread.key}": it stands beside "${oldWins ? old.key : current.key}" and was not read`)
      if (oldWins) old.key = to
    }
  }
}

function renameBlocks(place: TreePlace, { namespaces, options, onlyInRenamedBlocks = false }: StepData, tell: Tell): void {
  const blocks = blocksOf(place)
  if (blocks === null) return
  for (const entry of Array.from(blocks.entries)) {
    const current = namespaces.get(entry.key)
    if (current !== undefined) {
      if (blocks.entries.some(({ key }) => key === current)) {
        removeEntry(blocks, entry)
        tell('lost', entry.line, `"${entry.key}": "${current}" stands here, too, and is the one that was read`)
        continue
      }
      entry.key = current
    }
    const names = onlyInRenamedBlocks && current === undefined ? undefined : options[entry.key]
    if (names !== undefined && entry.value.kind === 'map') renameOptions(entry.value, names, tell)
  }
}

function renameOptions(block: MapNode, names: Readonly<Record<string, string>>, tell: Tell): void {
  for (const option of Array.from(block.entries)) {
    const current = Object.hasOwn(names, option.key) ? (names[option.key] as string) : option.key
    if (current === option.key) continue
    if (block.entries.some(({ key }) => key === current)) {
      removeEntry(block, option)
      tell('lost', option.line, `"${option.key}": it stands beside "${current}" and was not read`)
    } else option.key = current
  }
}

function advise(place: TreePlace, { advice }: StepData, tell: Tell): void {
  const blocks = blocksOf(place)
  if (blocks === null) return
  for (const { level, namespace, option, kind, why, hint } of advice) {
    if (level !== undefined && level !== place.level) continue
    const block = blocks.entries.findLast(({ key }) => key === namespace)
    if (block === undefined) continue
    const map = block.value.kind === 'map' ? block.value : makeMap()
    const found = option === undefined ? block : map.entries.findLast(({ key }) => key === option)
    if (found === undefined) continue
    if (kind === 'lost') removeEntry(option === undefined ? blocks : map, found)
    if (blocks.entries.length === 0 && blocks.foot.length === 0) dropEmptyBlocks(place)
    tell(kind, found.line, `"${option === undefined ? namespace : `${namespace}.${option}`}": ${why}`, hint)
  }
}

/** Where the last block has gone, what held it is not left behind. */
function dropEmptyBlocks({ map }: TreePlace): void {
  const holder = findEntry(map, 'extra_config')
  if (holder !== undefined) removeEntry(map, holder)
}

const FIELDS: Readonly<Record<Level, Fields>> = {
  service: serviceFields,
  endpoint: endpointFields,
  agent: agentFields,
  backend: backendFields,
}

/** Version 2 cuts a text at its commas where a list of texts is expected; later versions do not. */
function splitTexts({ level, map }: TreePlace): void {
  const renamed = new Map(STEPS['2-3'].keys.filter((rename) => rename.level === level).map(({ from, to }) => [from, to]))
  for (const entry of map.entries) {
    const key = entry.key.toLowerCase()
    const field = FIELDS[level][renamed.get(key) ?? key]
    const { value } = entry
    if (field === 'texts' && value.kind === 'text') entry.value = makeList(value.text === '' ? [] : value.text.split(',').map(textNode))
  }
}

const MAX_DEPTH = 2

function tellOfDepth({ level, map }: TreePlace, tell: Tell): void {
  const deny = level === 'backend' ? findEntry(map, 'deny') : undefined
  if (deny?.value.kind !== 'list') return
  for (const { value, line } of deny.value.entries)
    if (value.kind === 'text' && value.text.split('.').length > MAX_DEPTH)
      tell('note', line, `"deny" of ${value.text}: version 2 reaches the second level only, so the field is not removed`)
}

const FOLDER = 'plugin'

function movePluginFolder(root: MapNode, tell: Tell): void {
  const folder = root.entries.findLast(({ key }) => key.toLowerCase() === FOLDER)
  if (folder === undefined) return
  removeEntry(root, folder)
  let blocks = blocksOf({ level: 'service', map: root })
  if (blocks === null) root.entries.push(makeEntry('extra_config', (blocks = makeMap()), folder.line))
  blocks.entries.push({ ...folder, key: FOLDER })
  const hint = '"on_load_default_error": "passthrough" brings the old behaviour back; a protecting plugin then fails open'
  tell('note', folder.line, 'a plugin that cannot be loaded stops KrakenD 3, where KrakenD 2 went on without it', hint)
}

/** Its `on_load_default_error`; null for none. */
function movePluginFolderBack(root: MapNode, tell: Tell): string | null {
  const blocks = blocksOf({ level: 'service', map: root })
  const folder = blocks?.entries.findLast(({ key }) => key === FOLDER)
  if (blocks === null || folder === undefined) return null
  removeEntry(blocks, folder)
  root.entries.push(folder)
  if (folder.value.kind !== 'map') return null
  const onLoadDefaultError = textAt(folder.value, 'on_load_default_error')
  for (const entry of folder.value.entries.filter(({ key }) => key.startsWith('on_load_'))) {
    removeEntry(folder.value, entry)
    tell('lost', entry.line, `"${entry.key}": version 3 serves without a plugin that cannot be loaded`)
  }
  return onLoadDefaultError
}
