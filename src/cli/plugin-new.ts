// Writes a plugin that works, with a test that passes, and says what to add to the configuration. Overwrites nothing.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { asError } from '../engine/errors.ts'
import { kindsOfBuiltIn } from '../plugins/built-in/find.ts'
import { suffixOf } from '../plugins/entries.ts'
import { isModuleName } from '../plugins/modules/module-file.ts'
import { shownPath } from '../plugins/modules/problem.ts'
import { KINDS } from '../plugins/modules/read-shapes.ts'
import type { Kind } from '../plugins/types.ts'
import { suggestHint } from '../schema/suggest.ts'
import { UsageError } from './arguments.ts'
import { pluginSource, testSource } from './plugin-new-sources.ts'
import { COMPILER_OPTIONS, isInstalled, nearest } from './plugin-types.ts'

export interface NewPlugin {
  readonly name: string
  readonly kind: string
  readonly isJavaScript: boolean
  readonly folder: string
}

const NAME = /^[a-z0-9][\w.-]*$/i
/** How editors read what Node.js runs as it is; where a project has its own, that counts. */
const TSCONFIG = { compilerOptions: { ...COMPILER_OPTIONS, noEmit: true, types: ['node'] } }
const FOR_EDITORS = `
For types in an editor, and for "node --test":

  npm install --save-dev krakend-ts typescript @types/node
`

/** Gives the exit code. Throws a UsageError for a name or a kind that cannot be. */
export function createPlugin({ name, kind: written, isJavaScript, folder }: NewPlugin): number {
  const extension = isJavaScript ? '.js' : '.ts'
  const kind = readKind(written)
  refuseName(name, kind, extension)
  const file = join(folder, `${name}${extension}`)
  const test = join(folder, `${name}.test${extension}`)
  const taken = [file, test].filter((path) => existsSync(path))
  if (taken.length > 0) {
    process.stderr.write(`[KO] there already: ${taken.join(', ')}. Nothing is written\n`)
    return 1
  }
  const tsconfig = isJavaScript || nearest(resolve(folder), 'tsconfig.json') !== null ? [] : [join(folder, 'tsconfig.json')]
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, pluginSource(name, kind), { flag: 'wx' })
    writeFileSync(test, testSource(name, kind, extension), { flag: 'wx' })
    for (const path of tsconfig) writeFileSync(path, `${JSON.stringify(TSCONFIG, null, 2)}\n`, { flag: 'wx' })
  } catch (error) {
    process.stderr.write(`[KO] ${asError(error).message}\n`)
    return 1
  }
  const paths = [file, test, ...tsconfig].map(shownPath)
  const said = `[OK] ${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}\n\n${describeBlock(name, kind, folder)}`
  process.stdout.write(isInstalled(resolve(folder)) ? said : said + FOR_EDITORS)
  return 0
}

function readKind(written: string): Kind {
  const kind = KINDS.find((one) => one === written)
  if (kind !== undefined) return kind
  const hint = suggestHint(written, KINDS)
  throw new UsageError(`unknown kind "${written}"${hint === '' ? '' : `, ${hint}`}`, `A kind is one of ${KINDS.join(', ')}.`)
}

function refuseName(name: string, kind: Kind, extension: string): void {
  if (!NAME.test(name) || !isModuleName(name + extension))
    throw new UsageError(
      `"${name}" cannot be the name of a plugin's file`,
      'Take letters, digits, "-" and "_"; it begins with one of the first two.',
    )
  if (kindsOfBuiltIn(name).includes(kind))
    throw new UsageError(
      `the gateway has a plugin "${name}" for plugin/${kind} itself`,
      'A module of that name would not be used there: take another name.',
    )
  if (suffixOf(name) !== null)
    throw new UsageError(
      `"${name}" ends like one half of a modifier`,
      'Leave "-request" and "-response" to the names of halves: the plugin has one name.',
    )
}

const PLACES: Readonly<Record<Kind, string>> = {
  'http-server': 'the service, at the top',
  'http-client': 'a backend',
  'req-resp-modifier': 'an endpoint or a backend',
  middleware: 'an endpoint or a backend',
}

function describeBlock(name: string, kind: Kind, folder: string): string {
  const key = JSON.stringify(`plugin/${kind}`)
  const path = JSON.stringify(`./${shownPath(folder)}/`)
  const [text, options] = [JSON.stringify(name), '{ "value": "hello" }']
  const entry = `{ "name": ${text}, "config": ${options} }`
  const [of3, of4] =
    kind === 'http-client'
      ? [`{ "name": ${text}, ${text}: ${options} }`, entry]
      : [`{ "name": [${text}], ${text}: ${options} }`, `{ "plugins": [${entry}] }`]
  return `Add to krakend.json, up to version 3 at the top, since version 4 in its "extra_config":

  "plugin": { "folder": ${path}, "pattern": ".so" }

and to the "extra_config" of ${PLACES[kind]}:

  ${key}: ${of3}
  ${key}: ${of4}   (version 4)
`
}
