// Flexible configuration: a file is a template of Go's text/template with sprig, its data are the settings.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile as readFileOfDisk } from 'node:fs/promises'
import { lookup } from 'node:dns/promises'
import { basename, join } from 'node:path'
import { describeFileError } from '../../go/file-error.ts'
import { fn, GoError, type GoFunction } from '../../go/function.ts'
import { marshal } from '../../go/json.ts'
import { joinPath } from '../../go/path.ts'
import { sprigFunctions, type SprigHost } from '../../go/template/sprig/index.ts'
import { parseTemplate, type Template, TemplateError } from '../../go/template/index.ts'
import { decodeText } from '../../go/text.ts'
import { loadZone, UTC } from '../../go/time-zone.ts'
import { explainHugeNumber, findHugeNumber } from '../../json/huge-number.ts'
import { parseJsonText } from '../../json/parse.ts'
import { fromJsonValue, GoMap } from '../../go/value.ts'
import type { Issue } from '../../schema/issue.ts'
import type { Environment } from '../environment.ts'
import { describeSyntaxError } from '../formats/json-syntax.ts'
import type { ReadFile } from '../load.ts'
import { findGaps } from './gaps.ts'
import { RenderedText } from './origins.ts'
import { namesIn, readSettings, type Settings } from './settings.ts'
import type { FlexibleVariables } from './variables.ts'

/** Host names whose addresses one rendering may ask for. */
const MAX_LOOKUPS = 100
/** Files that `include` did not find: so many are told. */
const MAX_MISSING = 20

export type Rendering =
  | { readonly kind: 'rendered'; readonly rendered: RenderedText; readonly gaps: readonly Issue[] }
  /** Settings or the folder of templates cannot be read: KrakenD's message, with a line for each file. */
  | { readonly kind: 'wrong-settings'; readonly message: string }
  /** The templates cannot be read or filled in: what KrakenD logs before it takes the file as it is. */
  | { readonly kind: 'wrong-template'; readonly message: string }

/** Renders a file. Writes nothing; never rejects because of what it reads. */
export async function renderFlexible(
  file: string,
  variables: FlexibleVariables,
  environment: Environment,
  readFile: ReadFile = readFileOfDisk,
): Promise<Rendering> {
  const { settings, problems } = await readSettings(variables.settings)
  const templates = variables.templates === '' ? [] : await namesIn(variables.templates)
  // compat: a folder of templates that cannot be read counts as one of settings
  const wrong = typeof templates === 'string' ? [...problems, `${variables.templates}: ${templates}`] : problems
  if (typeof templates === 'string' || wrong.length > 0) {
    const lines = wrong.map((problem) => `\n\t- ${problem}`).join('')
    return { kind: 'wrong-settings', message: `loading flexible-config settings:${lines}` }
  }
  const addresses = new Map<string, readonly string[]>()
  const missing = new Map<string, string>()
  const paths = templates.filter((name) => name.endsWith('.tmpl')).map((name) => join(variables.templates, name))
  const template = await parseAll(file, paths, functionsFor(variables, environment, { addresses, missing }), readFile)
  if (typeof template === 'string') return { kind: 'wrong-template', message: template }
  const pathOf = (name: string): string => (name === basename(file) ? file : join(variables.templates, name))
  const rendered = await execute(template, settings, addresses, pathOf)
  return typeof rendered === 'string'
    ? { kind: 'wrong-template', message: rendered }
    : { kind: 'rendered', rendered, gaps: findGaps(rendered, missing) }
}

/** Asked for an address that is not known yet: it is looked up, and all is rendered again. */
class UnknownHost extends Error {
  readonly host: string

  constructor(host: string) {
    super(`the addresses of ${host} are not known yet`)
    this.host = host
  }
}

/** Or KrakenD's words for why it cannot be filled in. */
async function execute(
  template: Template,
  settings: Settings,
  addresses: Map<string, readonly string[]>,
  pathOf: (template: string) => string,
): Promise<RenderedText | string> {
  for (;;) {
    const rendered = new RenderedText(pathOf)
    try {
      // functions such as `set` change the settings: each rendering has its own
      template.execute(settingsValue(settings), (text, origin) => rendered.write(text, origin))
      return rendered
    } catch (error) {
      if (error instanceof TemplateError) return `Found error while executing template: ${error.message}`
      if (!(error instanceof UnknownHost)) throw error
      addresses.set(error.host, addresses.size < MAX_LOOKUPS ? await addressesOf(error.host) : [])
    }
  }
}

function settingsValue(settings: Settings): GoMap {
  return new GoMap(new Map([...settings].map(([name, text]) => [name, fromJsonValue(parseJsonText(text))])))
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

/** The template with those it may call, or KrakenD's words for what is wrong with one. */
async function parseAll(
  file: string,
  templates: readonly string[],
  functions: ReadonlyMap<string, GoFunction>,
  readFile: ReadFile,
): Promise<Template | string> {
  let main: Template
  try {
    main = parseTemplate(basename(file), await textOf(file, readFile), { functions })
  } catch (error) {
    return `Unable to parse configuration file: ${describe(error, file)}`
  }
  for (const path of templates) {
    try {
      main.add(basename(path), await textOf(path, readFileOfDisk))
    } catch (error) {
      return `Error parsing sub-templates: ${describe(error, path)}`
    }
  }
  return main
}

async function textOf(file: string, readFile: ReadFile): Promise<string> {
  const bytes = await readFile(file)
  return typeof bytes === 'string' ? bytes : decodeText(bytes)
}

function describe(error: unknown, file: string): string {
  return error instanceof TemplateError ? error.message : describeFileError(error, file)
}

/** What functions of a rendering ask for outside of it. */
interface Lookups {
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** Files that could not be inserted, with the reason. */
  readonly missing: Map<string, string>
}

function functionsFor(
  { partials }: FlexibleVariables,
  environment: Environment,
  { addresses, missing }: Lookups,
): ReadonlyMap<string, GoFunction> {
  const host: SprigHost = {
    env: environment,
    home: loadZone(environment['TZ'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone, UTC) ?? UTC,
    now: Date.now,
    random: randomBytes,
    lookupHost(name) {
      const known = addresses.get(name)
      if (known === undefined) throw new UnknownHost(name)
      return known
    },
    parseJson: parseJsonText,
    describeJsonError,
  }
  return new Map([
    ...sprigFunctions(host),
    ['include', fn(['string'], (name) => include(name, joinPath(partials, name), missing))],
    ['marshal', fn(['any'], marshalOrNothing)],
  ])
}

function describeJsonError(text: string): string {
  const wrong = describeSyntaxError(text)
  if (wrong !== null) return wrong.message
  const huge = findHugeNumber(text)
  return huge === null ? '' : explainHugeNumber(huge)
}

/** compat: a file that cannot be read is an empty text. */
function include(name: string, path: string, missing: Map<string, string>): string {
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    if (missing.size < MAX_MISSING) missing.set(name, describeFileError(error, path))
    return ''
  }
}

/** compat: what JSON cannot say is an empty text. */
function marshalOrNothing(value: Parameters<typeof marshal>[0]): string {
  try {
    return marshal(value)
  } catch (error) {
    if (error instanceof GoError) return ''
    throw error
  }
}
