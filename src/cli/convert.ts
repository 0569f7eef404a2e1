// `krakend convert`: another version, another format. What gets lost is printed with its line.

import type { Conversion } from '../convert/convert.ts'
import type { FileVersion } from '../convert/convert-version.ts'
import type { Remark } from '../convert/tree.ts'
import { FORMATS, formatOfName } from '../convert/write-tree.ts'
import { UsageError } from './arguments.ts'
import { command, painterFor, type Paint } from './command.ts'
import { NO_FILE_TEXT } from './no-file.ts'

const VERSIONS: Readonly<Record<string, FileVersion>> = { '2': 2, '3': 3, '4': 4 }
const COLORS = { lost: 'yellow', note: 'cyan', refused: 'red' } as const

export const convert = command({
  name: 'convert',
  about: 'Converts a configuration file into another version or format',
  usage: '[flags] FILE',
  details: `Versions: 2 (KrakenD 1.x), 3 (KrakenD 2.x), 4 (KrakenD 3.x), in both directions. Formats: JSON, YAML, TOML; properties, INI, dotenv
and HCL are read as well. Comments stay where the target has them. The result goes to standard output, or into a file with -o.

Nothing is lost in silence. On standard error stands, with its line, what was "lost" because the target cannot say it, and a "note" of
whatever one should look at. What cannot be said and would change answers is "refused": then nothing is written. With another version, the
file that was and the file that is are compared as krakend diff does it, and what differs is shown.`,
  examples: [
    'krakend convert --to 4 krakend.json -o new.json   # for KrakenD 3',
    'krakend convert --format yaml krakend.json        # to standard output',
    'krakend convert --to 3 krakend.toml -o krakend.yml   # version and format at once',
    'krakend convert --to 4 --strict krakend.json > /dev/null   # can it be converted without a loss?',
  ],
  flags: {
    config: { type: 'string', short: 'c', about: 'the file, instead of as a word', isFile: true },
    to: { type: 'string', about: 'version of the result (default: that of the file)', values: ['2', '3', '4'] },
    format: {
      type: 'string',
      about: 'format of the result (default: by the name of -o, else that of the file)',
      values: ['json', 'yaml', 'toml'],
    },
    output: { type: 'string', short: 'o', about: 'write it there, - for standard output; a file that exists is left alone', isFile: true },
    force: { type: 'boolean', about: 'overwrite the file of -o' },
    strict: { type: 'boolean', about: 'write nothing when something would be lost' },
  },
  words: 'files',
  maxWords: ({ config }) => (config === undefined ? 1 : 0),
  exits: {
    0: 'it is converted',
    1: 'it cannot be read, said or written; with --strict: something would be lost',
    255: 'the command line is wrong',
  },
  async execute({ flags, words }) {
    const file = flags.config ?? words[0]
    if (file === undefined) {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    const version = flags.to === undefined ? null : pick(VERSIONS, flags.to, '--to')
    const format = flags.format === undefined ? formatOfName(flags.output ?? '') : pick(FORMATS, flags.format, '--format')
    const paint = painterFor(process.stderr)
    const { readSource } = await import('./convert-file.ts')
    const source = await readSource(file)
    if (source === null) return 1
    const { convert: run } = await import('../convert/convert.ts')
    const conversion = await run({ ...source, version, format })
    if (conversion.issue !== null) {
      const { tellIssue } = await import('./convert-file.ts')
      await tellIssue(file, source.text, conversion)
      return 1
    }
    for (const remark of conversion.remarks) process.stderr.write(lineOf(remark, file, paint))
    const isLossy = conversion.remarks.some(({ kind }) => kind === 'lost')
    if (conversion.text === null || (isLossy && flags.strict > 0)) {
      process.stderr.write('nothing is written\n')
      return 1
    }
    const { compareMeaning, writeResult } = await import('./convert-file.ts')
    process.stderr.write(await compareMeaning(file, source.text, conversion, paint))
    if (!(await writeResult(conversion.text, flags.output, flags.force > 0))) return 1
    process.stderr.write(summarize(conversion))
    return 0
  },
})

function pick<T>(values: Readonly<Record<string, T>>, text: string, flag: string): T {
  const value = Object.hasOwn(values, text) ? values[text] : undefined
  if (value === undefined)
    throw new UsageError(`invalid argument "${text}" for "${flag}" flag: it must be ${Object.keys(values).join(', ')}`)
  return value
}

function lineOf({ kind, line, message, hint }: Remark, file: string, paint: Paint): string {
  const place = line === 0 ? file : `${file}:${line}`
  return `${place}: ${paint(kind, COLORS[kind])}: ${message}${hint === '' ? '' : ` (${hint})`}\n`
}

function summarize({ from, to, remarks }: Conversion): string {
  const count = (kind: Remark['kind']): number => remarks.filter((remark) => remark.kind === kind).length
  const describe = ({ version, format }: { version: FileVersion | null; format: string }): string =>
    version === null ? format : `version ${version}, ${format}`
  const counts = [`${count('lost')} lost`, `${count('note')} to look at`].join(', ')
  return `${describe(from)} → ${describe(to)}: ${counts}\n`
}
