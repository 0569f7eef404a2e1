// `krakend check-plugin`: says of modules whether they can be loaded, and what they are. Without files, or with KrakenD's flags, it compares
// Go modules as KrakenD does: there are none here.

import { command } from './command.ts'
import { compareGoModules } from './go-modules.ts'
import { checkModules, printDigests } from './check-modules.ts'
import { IMPORT_FLAG } from './read-file.ts'
import { UsageError } from './arguments.ts'

export const checkPlugin = command({
  name: 'check-plugin',
  about: 'Says whether plugins can be loaded. It runs their code: never on changes of strangers where secrets are',
  usage: '[flags] [FILE|FOLDER…]',
  examples: [
    'krakend check-plugin plugins/price.ts',
    'krakend check-plugin plugins/ -c krakend.json --types',
    'krakend check-plugin --sha256 plugins/',
    'krakend check-plugin -s ./go.sum',
  ],
  flags: {
    config: { type: 'string', short: 'c', about: 'also check what this configuration file gives to plugins' },
    types: { type: 'boolean', about: "also check types, with the project's own TypeScript" },
    sha256: { type: 'boolean', about: 'print what belongs into "sha256" of "_gw/plugins"' },
    import: IMPORT_FLAG,
    sum: { type: 'string', short: 's', about: 'of a Go plugin: path to its go.sum file (default ./go.sum)' },
    go: { type: 'string', short: 'g', about: 'of a Go plugin: version of Go that it is built with' },
    libc: { type: 'string', short: 'l', about: 'of a Go plugin: version of libc that it is built with' },
    format: { type: 'boolean', short: 'f', about: 'of a Go plugin: print commands that fix its modules' },
  },
  exits: {
    0: 'everything can be loaded',
    1: 'there are problems; a Go plugin never fits',
    255: 'the command line is wrong',
  },
  execute({ flags, words: paths }) {
    const { sum, go, libc, format, config, types, sha256, import: imports } = flags
    const isGo = sum !== undefined || go !== undefined || libc !== undefined || format > 0
    if (sha256 > 0) {
      const [folder, ...others] = paths
      if (folder === undefined || others.length > 0) throw new UsageError('--sha256 needs one folder')
      return printDigests(folder, imports)
    }
    if (isGo || paths.length === 0) return compareGoModules({ sum: sum ?? './go.sum', go: go ?? '', libc: libc ?? '' })
    return checkModules({ paths, config: config ?? null, checksTypes: types > 0, imports })
  },
})
