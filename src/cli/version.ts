// `krakend version`.

import { VERSION } from '../runtime/process.ts'

/** On standard error, as KrakenD does. */
export function execute(): number {
  process.stderr.write(
    `KrakenD Version: ${VERSION} (krakend-ts)\nNode.js Version: ${process.version.slice(1)}\nV8 Version: ${process.versions.v8}\n`,
  )
  return 0
}
