// `krakend diff`: what changes for clients between two configuration files, whatever their formats, versions and layout.

import type { BlockChange, ConfigDiff, PlaceChange } from '../explain/diff-configs.ts'
import { UsageError } from './arguments.ts'
import { command, painterFor, type Paint } from './command.ts'

const EXIT_UNREADABLE = 2

export const diff = command({
  name: 'diff',
  about: 'Shows what changes for clients between two configuration files',
  usage: '[flags] OLD NEW',
  details: `Compared is what the files mean: endpoints, protections, limits, timeouts, where calls go, with every default filled in.
The order of keys, comments, the format, names of parameters and older names of the same things make no difference.`,
  examples: [
    'krakend diff krakend.json new.json                      # before a deployment',
    'git show HEAD:krakend.json > /tmp/old.json && krakend diff /tmp/old.json krakend.json   # what this commit changes',
    'krakend diff krakend.json krakend.yml && echo the same   # after krakend convert',
  ],
  flags: { format: { type: 'string', about: 'text (default), or json for programs', values: ['text', 'json'] } },
  words: 'files',
  exits: { 0: 'they mean the same', 1: 'something changes', 2: 'a file cannot be read', 255: 'the command line is wrong' },
  async execute({ flags, words }) {
    const { readFormat } = await import('./report.ts')
    const format = readFormat(flags.format, 'diff')
    const [before, after] = words
    if (before === undefined || after === undefined || words.length > 2)
      throw new UsageError('two files are compared: the old and the new one', "Run 'krakend diff --help' for usage.")
    const { openConfig } = await import('./open-config.ts')
    const { diffConfigs } = await import('../explain/diff-configs.ts')
    const old = await openConfig(before)
    const now = await openConfig(after)
    if (old === null || now === null) return EXIT_UNREADABLE
    const found = await diffConfigs(old.config, now.config)
    if (format === 'json') process.stdout.write(`${JSON.stringify(found, numbers, 2)}\n`)
    else process.stdout.write(await describe(found, painterFor(process.stdout)))
    return found.changes.length === 0 ? 0 : 1
  },
})

/** JSON has no Infinity. */
function numbers(_key: string, value: unknown): unknown {
  return value === Infinity ? 'no limit' : value
}

async function describe(found: ConfigDiff, paint: Paint): Promise<string> {
  const { formatTable } = await import('./table.ts')
  const { valueText } = await import('./value-text.ts')
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
