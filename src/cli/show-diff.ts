// What differs between two configurations, as text: each place with what came, went and changed.

import type { BlockChange, ConfigDiff, PlaceChange } from '../explain/diff-configs.ts'
import type { Paint } from './command.ts'
import { formatTable } from './table.ts'
import { valueText } from './value-text.ts'

/** The page, with a line feed at the end of every line. */
export function describeDiff(found: ConfigDiff, paint: Paint): string {
  if (found.changes.length === 0) return 'nothing changes for clients\n'
  const rows = found.changes.flatMap((change) => [
    [titleOf(change, paint)],
    ...change.blocks.map((block) => [`    ${blockText(block, change, paint)}`]),
    ...change.values.map(({ name, before, after }) => [`    ${name}`, `${valueText(before)} → ${valueText(after)}`]),
  ])
  return `${formatTable(rows)}\n${summarize(found, paint)}`
}

function titleOf({ name, kind }: PlaceChange, paint: Paint): string {
  if (kind === 'added') return paint(`+ ${name}`, 'green')
  return kind === 'removed' ? paint(`- ${name}`, 'red') : paint(`~ ${name}`, 'yellow')
}

function blockText({ namespace, kind, protects, backend }: BlockChange, { kind: whole }: PlaceChange, paint: Paint): string {
  const where = backend === '' ? '' : ` of ${backend}`
  if (whole !== 'changed') return `${namespace}${where}`
  if (kind === 'added') return paint(`+ ${namespace}${where}`, 'green')
  return paint(`- ${namespace}${where}${protects ? ': nothing is protected by it any more' : ''}`, 'red')
}

function summarize({ counts }: ConfigDiff, paint: Paint): string {
  const { added, removed, changed, protectionsRemoved } = counts
  const parts = [`${added} added`, `${changed} changed`, `${removed} removed`].filter((part) => !part.startsWith('0 '))
  const endpoints = parts.length === 0 ? '' : `endpoints: ${parts.join(', ')}`
  const doors =
    protectionsRemoved === 0 ? '' : paint(`${protectionsRemoved} protection${protectionsRemoved === 1 ? '' : 's'} removed`, 'red')
  const text = [endpoints, doors].filter((part) => part !== '').join('; ')
  return text === '' ? '' : `${text}\n`
}
