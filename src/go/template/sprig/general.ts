// sprig's functions on values of any kind: defaults, types, flow, environment, paths, patterns and addresses.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { baseName, cleanPath, directoryOf, extensionOf } from '../../path.ts'
import { compileRegexp, mustCompileRegexp, type GoRegexp, quoteMeta } from '../../regexp.ts'
import { formatUrl, hostnameOf, parseUrl } from '../../url-parts.ts'
import { deepEqual, GoMap, GoSlice, type GoValue, kindOf, strings, typeOf } from '../../value.ts'
import { isTrue } from '../truth.ts'
import { randomBelow, type SprigHost } from './host.ts'

export function generalFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  return { ...defaults, ...types, ...paths, ...patterns, ...addresses, ...surroundings(host) }
}

const defaults: Readonly<Record<string, GoFunction>> = {
  default: fn(['any', '...any'], (otherwise, ...given) => (given.length === 0 || !isTrue(given[0]) ? otherwise : given[0])),
  empty: fn(['any'], (value) => !isTrue(value)),
  coalesce: fn(['...any'], (...values) => values.find(isTrue) ?? null),
  all: fn(['...any'], (...values) => values.every(isTrue)),
  any: fn(['...any'], (...values) => values.some(isTrue)),
  ternary: fn(['any', 'any', 'bool'], (yes, no, condition) => (condition ? yes : no)),
  fail: fn(['string'], (message) => {
    throw new GoError(message)
  }),
}

const typeText = (value: GoValue): string => typeOf(value) ?? '<nil>'

const types: Readonly<Record<string, GoFunction>> = {
  typeOf: fn(['any'], typeText),
  typeIs: fn(['string', 'any'], (type, value) => type === typeText(value)),
  typeIsLike: fn(['string', 'any'], (type, value) => type === typeText(value) || `*${type}` === typeText(value)),
  kindOf: fn(['any'], kindOf),
  kindIs: fn(['string', 'any'], (kind, value) => kind === kindOf(value)),
  deepEqual: fn(['any', 'any'], deepEqual),
}

const onPath = (change: (path: string) => GoValue): GoFunction => fn(['string'], change)
const byPath = {
  base: onPath(baseName),
  dir: onPath(directoryOf),
  clean: onPath(cleanPath),
  ext: onPath(extensionOf),
  isAbs: onPath((path) => path.startsWith('/')),
}
const paths: Readonly<Record<string, GoFunction>> = {
  ...byPath,
  osBase: byPath.base,
  osDir: byPath.dir,
  osClean: byPath.clean,
  osExt: byPath.ext,
  osIsAbs: byPath.isAbs,
}

const textList = (items: readonly string[] | null): GoSlice => (items === null ? new GoSlice('string', [], true) : strings(items))
/** nil when nothing was found. */
const found = (items: readonly string[]): GoSlice => textList(items.length === 0 ? null : items)

type Compile = (source: string) => GoRegexp

const patternFunctions = (compile: Compile): Readonly<Record<string, GoFunction>> => ({
  FindAll: fn(['string', 'string', 'int'], (source, text, limit) => found(compile(source).findAll(text, limit))),
  Find: fn(['string', 'string'], (source, text) => compile(source).find(text)),
  ReplaceAll: fn(['string', 'string', 'string'], (source, text, replacement) => compile(source).replaceAll(text, replacement)),
  ReplaceAllLiteral: fn(['string', 'string', 'string'], (source, text, replacement) =>
    compile(source).replaceAllLiteral(text, replacement),
  ),
  Split: fn(['string', 'string', 'int'], (source, text, limit) => textList(compile(source).split(text, limit))),
})

const named = (prefix: string, functions: Readonly<Record<string, GoFunction>>): Readonly<Record<string, GoFunction>> => {
  return Object.fromEntries(Object.entries(functions).map(([name, value]) => [prefix + name, value]))
}

const patterns: Readonly<Record<string, GoFunction>> = {
  ...named('regex', patternFunctions(mustCompileRegexp)),
  ...named('mustRegex', patternFunctions(compileRegexp)),
  mustRegexMatch: fn(['string', 'string'], (source, text) => compileRegexp(source).matches(text)),
  // compat: a wrong pattern matches nothing
  regexMatch: fn(['string', 'string'], (source, text) => {
    try {
      return compileRegexp(source).matches(text)
    } catch (error) {
      if (error instanceof GoError) return false
      throw error
    }
  }),
  regexQuoteMeta: fn(['string'], quoteMeta),
}

const addresses: Readonly<Record<string, GoFunction>> = {
  urlParse: fn(['string'], (text) => {
    const url = prefixed('unable to parse url', () => parseUrl(text))
    return new GoMap(
      new Map([
        ['scheme', url.scheme],
        ['host', url.host],
        ['hostname', hostnameOf(url.host)],
        ['path', url.path],
        ['query', url.query],
        ['opaque', url.opaque],
        ['fragment', url.fragment],
        ['userinfo', url.userinfo ?? ''],
      ]),
    )
  }),
  urlJoin: fn(['map'], (map) => {
    const [scheme, host, path, query, opaque, fragment, userinfo] = [
      'scheme',
      'host',
      'path',
      'query',
      'opaque',
      'fragment',
      'userinfo',
    ].map((key) => textMember(map, key)) as [string, string, string, string, string, string, string]
    const user = userinfo === '' ? null : prefixed('unable to parse userinfo in dict', () => parseUrl(`proto://${userinfo}@host`)).userinfo
    return formatUrl({ scheme, host, path, rawPath: '', query, forceQuery: false, opaque, fragment, userinfo: user })
  }),
}

function textMember({ entries }: GoMap, key: string): string {
  const value = entries.has(key) ? entries.get(key) : ''
  if (typeof value === 'string') return value
  if (value === null || value === undefined) throw new GoError('runtime error: invalid memory address or nil pointer dereference')
  throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`)
}

function prefixed<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    throw new GoError(`${what}: ${error.message}`)
  }
}

function surroundings(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const { env } = host
  const variable = (name: string): string => (Object.hasOwn(env, name) ? (env[name] ?? '') : '')
  return {
    env: fn(['string'], variable),
    expandenv: fn(['string'], (text) => expand(text, variable)),
    getHostByName: fn(['string'], (name) => {
      const addressList = host.lookupHost(name)
      if (addressList.length === 0) throw new GoError('invalid argument to Intn')
      return addressList[randomBelow(addressList.length, host)] ?? ''
    }),
  }
}

/** `$name` and `${name}`, as os.Expand reads them: `${}` and a brace that is not closed disappear. */
function expand(text: string, variable: (name: string) => string): string {
  return text.replaceAll(
    /\$(?:\{([^}]*)\}|(\{)|([*#$@!?0-9-])|(\w+))?/g,
    (all, braced?: string, open?: string, special?: string, bare?: string) => {
      const name = braced ?? special ?? bare
      if (name !== undefined) return name === '' ? '' : variable(name)
      return open === undefined ? all : ''
    },
  )
}
