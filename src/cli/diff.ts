// `krakend diff`: what changes for clients between two configuration files, whatever their formats, versions and layout.

import { UsageError } from './arguments.ts'
import { command, painterFor } from './command.ts'

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
    const format = readFormat(flags.format)
    const [before, after] = words
    if (before === undefined || after === undefined || words.length > 2)
      throw new UsageError('two files are compared: the old and the new one')
    const { openConfig } = await import('./open-config.ts')
    const { diffConfigs } = await import('../explain/diff-configs.ts')
    const old = await openConfig(before)
    const now = await openConfig(after)
    if (old === null || now === null) return EXIT_UNREADABLE
    const { withReferences } = await import('../explain/hide-secrets.ts')
    const compared = await diffConfigs(old.config, now.config)
    const found = withReferences(withReferences(compared, now.config.secrets), old.config.secrets)
    if (format === 'json') process.stdout.write(`${JSON.stringify(found, numbers, 2)}\n`)
    else {
      const { describeDiff } = await import('./show-diff.ts')
      process.stdout.write(describeDiff(found, painterFor(process.stdout)))
    }
    return found.changes.length === 0 ? 0 : 1
  },
})

/** JSON has no Infinity. */
function numbers(_key: string, value: unknown): unknown {
  return value === Infinity ? 'no limit' : value
}
