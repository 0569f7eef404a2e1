// `krakend version`.

import { VERSION } from '../runtime/process.ts'
import { command } from './command.ts'

/** On standard error, as KrakenD does. */
export const version = command({
  name: 'version',
  about: 'Shows the versions of the gateway and of Node.js',
  examples: ['krakend version', 'krakend --version'],
  flags: {},
  exits: { 0: 'always' },
  execute() {
    process.stderr.write(
      `KrakenD Version: ${VERSION} (krakend-ts)\nNode.js Version: ${process.version.slice(1)}\nV8 Version: ${process.versions.v8}\n`,
    )
    return 0
  },
})
