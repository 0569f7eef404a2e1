// How threads are started: their program beside the sources, and what Node.js imports before it.

import { extname } from 'node:path'

/** The sources run as they are: a program has the extension of the file that it stands beside. */
export function programBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url)
}

/** The options of this process, and modules to import first; those are found from the working directory, as with `node --import`. */
export function execArgvWith(imports: readonly string[]): string[] {
  return [...process.execArgv, ...imports.flatMap((module) => ['--import', module])]
}
