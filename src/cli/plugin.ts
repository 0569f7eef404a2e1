// `krakend plugin new` and `krakend plugin list`: begin a plugin, and see which there are.

import { suggestHint } from '../schema/suggest.ts'
import { UsageError } from './arguments.ts'
import { command } from './command.ts'
import { IMPORT_FLAG } from './read-file.ts'

const ACTIONS = ['new', 'list'] as const

export const plugin = command({
  name: 'plugin',
  about: 'Begins a plugin, or lists those that there are. Listing runs their code',
  usage: 'new NAME [flags]\n  krakend plugin list [FOLDER] [flags]',
  examples: [
    'krakend plugin new price --kind middleware',
    'krakend plugin new sign --kind http-client --js --folder plugins',
    'krakend plugin list -c krakend.json',
  ],
  flags: {
    kind: { type: 'string', about: 'new: http-server, http-client, req-resp-modifier or middleware (default)' },
    js: { type: 'boolean', about: 'new: JavaScript in place of TypeScript' },
    folder: { type: 'string', about: 'new: where it is written (default ./plugins)' },
    config: { type: 'string', short: 'c', about: 'list: the plugins of this configuration file, with the places that name them' },
    import: IMPORT_FLAG,
  },
  exits: { 0: 'it is written, or listed', 1: 'it exists already, or there is nothing to list', 255: 'the command line is wrong' },
  async execute({ flags, words: [action, ...words] }) {
    if (action === 'new') return (await import('./plugin-new.ts')).createPlugin(readNew(words, flags))
    if (action === 'list') {
      const [folder, ...others] = words
      refuseMore(others)
      return (await import('./plugin-list.ts')).listPlugins({
        config: flags.config ?? null,
        folder: folder ?? 'plugins',
        imports: flags.import,
      })
    }
    if (action === undefined) throw new UsageError('what to do is missing')
    const hint = suggestHint(action, ACTIONS)
    throw new UsageError(`unknown command "plugin ${action}"${hint === '' ? '' : `, ${hint}`}`)
  },
})

interface NewFlags {
  readonly kind: string | undefined
  readonly js: number
  readonly folder: string | undefined
}

function readNew([name, ...others]: readonly string[], { kind, js, folder }: NewFlags) {
  if (name === undefined) throw new UsageError('the name of the plugin is missing')
  refuseMore(others)
  return { name, kind: kind ?? 'middleware', isJavaScript: js > 0, folder: folder ?? 'plugins' }
}

function refuseMore([word]: readonly string[]): void {
  if (word !== undefined) throw new UsageError(`unexpected argument "${word}"`)
}
