// `krakend check-plugin`: KrakenD compares the Go modules of a plugin with its own. There are none here, and it says so.

import { existsSync } from 'node:fs'
import { command } from './command.ts'

export const checkPlugin = command({
  name: 'check-plugin',
  about: 'Says what becomes of the Go modules of a plugin',
  examples: ['krakend check-plugin -s ./go.sum'],
  flags: {
    sum: { type: 'string', short: 's', about: 'path to the go.sum file of the plugin (default ./go.sum)' },
    go: { type: 'string', short: 'g', about: 'version of Go that it is built with' },
    libc: { type: 'string', short: 'l', about: 'version of libc that it is built with' },
    format: { type: 'boolean', short: 'f', about: 'KrakenD prints commands that fix the modules' },
  },
  exits: { 1: 'always: no plugin of KrakenD can be loaded', 255: 'the command line is wrong' },
  execute({ flags }) {
    const file = flags.sum ?? './go.sum'
    if (!existsSync(file)) process.stderr.write(`open ${file}: no such file or directory\n`)
    else
      process.stderr.write('Plugins of KrakenD are Go libraries, which Node.js cannot load: no version of a module would be compatible.\n')
    return 1
  },
})
