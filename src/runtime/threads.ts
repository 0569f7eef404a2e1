// How threads are started: their program beside the sources, and what Node.js imports before it.

import { extname } from 'node:path'

/** The sources run as they are: a program has the extension of the file that it stands beside. */
export function programBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url)
}

/** Options of Node.js about modules, which a thread with options of its own does not inherit; all others belong to the process. */
const WITH_VALUE = /^(?:--import|--require|-r|--conditions|-C)$/
const WHOLE = /^--(?:import|require|conditions|disable-warning)=|^--(?:enable-source-maps|no-warnings)$/

/** What a thread is started with besides its data: modules to import first, found from the working directory as with `node --import`. */
export function optionsWith(imports: readonly string[]): { execArgv?: string[] } {
  if (imports.length === 0) return {}
  const own = process.execArgv.filter((flag, at, all) => WHOLE.test(flag) || WITH_VALUE.test(flag) || WITH_VALUE.test(all[at - 1] ?? ''))
  return { execArgv: [...own, ...imports.flatMap((module) => ['--import', module])] }
}
