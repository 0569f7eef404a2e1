// `krakend check`: reads a configuration and says whether it can be served.

import { showReferences, textMasker } from '../engine/secrets.ts'
import { command, hasColors } from './command.ts'
import { lint, LINT_FLAGS, wantsLint } from './lint.ts'
import { NO_FILE_TEXT } from './no-file.ts'
import { CONFIG_FLAGS, readFileFor } from './read-file.ts'
import { readFormat } from './report.ts'
import { toldIssues } from './told-issues.ts'

export const check = command({
  name: 'check',
  aliases: ['validate'],
  about: 'Checks a configuration file',
  details: `A plain check agrees with KrakenD's verdict and warns of everything else it finds, each with its line, what follows from it and what to
do. -t also refuses what certainly fails, -l what the schema for editors forbids, --strict unknown keys and namespaces, and
what of a protection was not understood or weakens it. Nothing is called and no port is opened.`,
  examples: [
    'krakend check -c krakend.json                     # the verdict that KrakenD has',
    'krakend check -tlc krakend.json                   # what a pipeline should ask for',
    'krakend check --strict --format json -c krakend.yml   # for programs',
    'krakend check -dd -c krakend.json                 # what was read, with every default',
  ],
  flags: {
    ...CONFIG_FLAGS,
    indent: { type: 'string', short: 'i', about: 'indentation of what -d shows (default TAB)' },
    ...LINT_FLAGS,
    'test-gin-routes': {
      type: 'boolean',
      short: 't',
      about: 'refuse what certainly fails: routes that conflict, a start or requests that cannot succeed',
    },
    portable: { type: 'boolean', about: 'refuse protections that KrakenD would not know' },
    all: { type: 'boolean', about: 'show every place of findings that are equal' },
    'no-plugins': { type: 'boolean', about: 'import no plugins, which would run their code: their names and options are not checked' },
    format: { type: 'string', about: 'text (default), or json on standard output for programs', values: ['text', 'json'] },
  },
  exits: { 0: 'the file is accepted, with or without warnings', 1: 'it is refused, or there is none', 255: 'the command line is wrong' },
  async execute({ flags, words: [word] }) {
    const file = flags.config ?? word
    if (file === undefined || file === '') {
      process.stderr.write(NO_FILE_TEXT)
      return 1
    }
    const isLinted = wantsLint(flags)
    const format = readFormat(flags.format)
    process.stderr.write(`Parsing configuration file: ${file}\n`)
    if (flags['no-plugins'] > 0) process.stderr.write('Plugins are not imported: their names and options are not checked\n')
    const { config, source, raw, summary } = await readFileFor({
      file,
      edition: flags.edition,
      refusesWrongBlocks: true,
      isTested: flags['test-gin-routes'] > 0,
      isStrict: flags.strict > 0,
      isPortable: flags.portable > 0,
      imports: flags.import,
      importsPlugins: flags['no-plugins'] === 0,
      separator: '\t',
      format,
      showsAll: flags.all > 0,
      ...(isLinted && format === 'json' ? { lint: (read) => lint(read, file, flags) } : {}),
    })
    if (config === null) return refuse(summary)
    if (flags.debug > 0) {
      const { describeConfig } = await import('./describe-config.ts')
      const { debug, indent = '\t' } = flags
      const description = describeConfig(config, { level: debug, indent, raw, hasColors: hasColors(process.stderr) })
      process.stderr.write(showReferences(description, config.secrets))
    }
    const problem = isLinted && format === 'text' ? await lint(source, file, flags) : null
    if (problem !== null) {
      const { printIssues } = await import('../schema/print-issues.ts')
      const issues = toldIssues(problem.issues, null, config.secrets)
      process.stderr.write(`ERROR ${textMasker(config.secrets)(problem.text)}\n\n`)
      process.stderr.write(await printIssues(issues, source, { hasColors: hasColors(process.stderr), showsAll: flags.all > 0 }))
      return refuse(summary)
    }
    process.stderr.write(hasColors(process.stderr) ? '\u001B[32;1mSyntax OK!\u001B[0m\n' : 'Syntax OK!\n')
    process.stderr.write(summary)
    return 0
  },
})

function refuse(summary: string): number {
  process.stderr.write(summary)
  return 1
}
