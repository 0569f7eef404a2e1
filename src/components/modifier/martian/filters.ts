// Filters: a modifier for messages that fulfil a condition, and perhaps another for those that do not.

import type { TSchema } from 'typebox'
import { canonicalName } from '../../../engine/headers.ts'
import { headerValue } from '../../../engine/header-values.ts'
import { compileRegexp, type GoRegexp } from '../../../go/regexp.ts'
import { parseQuery } from '../../../go/url.ts'
import { Type } from '../../../schema/type.ts'
import { matchesHost, parseInteger, splitHostPort } from './address.ts'
import { readCookies, readSetCookies, type Cookie } from './cookies.ts'
import { hasValue } from './framed-headers.ts'
import { partsOf, type RequestMessage, type ResponseMessage, type UrlParts } from './messages.ts'
import { type Block, type Modifier, modifierType, type ModifierType, WrongModifier, type Generation } from './modifier.ts'
import { NESTED, SCOPE, text } from './options.ts'

/** When the modifier runs, in each direction. */
interface Condition {
  readonly request: (message: RequestMessage) => boolean
  readonly response: (message: ResponseMessage) => boolean
}

const NOTHING: Modifier = { request: null, response: null }

/** The modifiers of a filter: the one for yes, which must be there, and the one for no. */
function compileBranches({ raw, at, compile }: Block, nested: unknown): [yes: Modifier, no: Modifier] {
  const then = compile(nested, [...at, 'modifier'])
  // compat: an `else` that is null is one, and wrong.
  const elseKey = Object.keys(raw as object).find((key) => key.toLowerCase() === 'else')
  const otherwise = elseKey === undefined ? NOTHING : compile((raw as Readonly<Record<string, unknown>>)[elseKey], [...at, elseKey])
  return [then, otherwise]
}

function choose<M>(
  condition: (message: M) => boolean,
  then: ((message: M) => void | Promise<void>) | null,
  otherwise: ((message: M) => void | Promise<void>) | null,
): ((message: M) => void | Promise<void>) | null {
  if (then === null && otherwise === null) return null
  return function filter(message) {
    return (condition(message) ? then : otherwise)?.(message)
  }
}

function filterOf(condition: Condition, then: Modifier, otherwise: Modifier): Modifier {
  return {
    request: choose(condition.request, then.request, otherwise.request),
    response: choose(condition.response, then.response, otherwise.response),
  }
}

const NO_OPTIONS = { scope: SCOPE, modifier: NESTED, else: NESTED }
const NAME_AND_VALUE = Type.Object({ ...NO_OPTIONS, name: text(), value: text() })

/** `condition` reads the URL of the request, or of the request that was answered in the end. */
function ofUrl(condition: (url: string) => boolean): Condition {
  return { request: ({ url }) => condition(url), response: ({ url }) => condition(url) }
}

function compilePattern(pattern: string, at: Block['at']): GoRegexp {
  try {
    return compileRegexp(pattern)
  } catch (error) {
    throw new WrongModifier((error as Error).message, [...at, 'regex'])
  }
}

const NOT_ASCII = /[^\0-\x7f]/

/** Values of headers have one character per byte. */
function decodeValue(value: string): string {
  return NOT_ASCII.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value
}

function withElse(
  options: TSchema,
  compileCondition: (options: never, block: Block) => Condition,
  since: Generation = 'first',
): ModifierType {
  return modifierType({
    options,
    since,
    compile(given, block) {
      const condition = compileCondition(given as never, block)
      const [then, otherwise] = compileBranches(block, (given as { modifier?: unknown }).modifier)
      return filterOf(condition, then, otherwise)
    },
  })
}

interface NameAndValue {
  readonly name: string
  readonly value: string
}

const headerFilter = withElse(NAME_AND_VALUE, (options: NameAndValue) => {
  const [name, value] = [canonicalName(options.name), headerValue(options.value)]
  // compat: without a value only an empty one is found.
  const test = (message: RequestMessage | ResponseMessage): boolean => hasValue(message, name, value)
  return { request: test, response: test }
})

const cookieFilter = withElse(NAME_AND_VALUE, ({ name, value }: NameAndValue) => {
  const isIt = (cookie: Cookie): boolean => cookie.name === name && (value === '' || cookie.value === value)
  return {
    request: ({ headers }) => readCookies(headers.values('Cookie')).some(isIt),
    response: ({ headers }) => readSetCookies(headers.values('Set-Cookie')).some(isIt),
  }
})

const queryFilter = withElse(
  NAME_AND_VALUE,
  ({ name, value }: NameAndValue) =>
    ofUrl((url) => {
      const mark = url.indexOf('?')
      const values = mark < 0 ? undefined : parseQuery(url.slice(mark + 1)).get(name)
      return values !== undefined && (value === '' || values.includes(value))
    }),
  'all',
)

const urlFilter = withElse(
  Type.Object({ ...NO_OPTIONS, scheme: text(), host: text(), path: text(), query: text() }),
  ({ scheme, host, path, query }: UrlParts) =>
    ofUrl((url) => {
      const parts = partsOf(url)
      if (scheme !== '' && scheme !== parts.scheme) return false
      if (host !== '' && !matchesHost(parts.host, host)) return false
      return (path === '' || path === parts.path) && (query === '' || query === parts.query)
    }),
)

const urlRegexFilter = withElse(Type.Object({ ...NO_OPTIONS, regex: text() }), ({ regex }: { regex: string }, { at }) => {
  const pattern = compilePattern(regex, at)
  return ofUrl((url) => pattern.matches(url))
})

const headerRegexFilter = modifierType({
  options: Type.Object({ scope: SCOPE, header: text(), regex: text(), modifier: NESTED }),
  compile({ header, regex, modifier }, { at, compile }) {
    const pattern = compilePattern(regex, at)
    const name = canonicalName(header)
    const test = ({ headers }: RequestMessage): boolean => {
      const value = headers.get(name) ?? ''
      return value !== '' && pattern.matches(decodeValue(value))
    }
    const then = compile(modifier, [...at, 'modifier'])
    return filterOf({ request: test, response: ({ request }) => test(request) }, then, NOTHING)
  },
})

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

const portFilter = modifierType({
  options: Type.Object({ scope: SCOPE, port: Type.Integer({ default: 0 }), modifier: NESTED }),
  compile({ port, modifier }, { at, compile }) {
    const isDefault = (scheme: string): boolean => DEFAULT_PORTS[scheme] === port
    const isPortOf = (host: string): boolean => parseInteger(splitHostPort(host).port) === port
    const condition: Condition = {
      request: ({ scheme, urlHost }) => (urlHost.includes(':') ? isPortOf(urlHost) : isDefault(scheme)),
      // compat: an answer of a host without a port is an error, unless it is the right one.
      response({ url }) {
        const { scheme, host } = partsOf(url)
        return (!host.includes(':') && isDefault(scheme)) || isPortOf(host)
      },
    }
    const { request, response } = compile(modifier, [...at, 'modifier'])
    const nothing = (): void => {}
    return filterOf(condition, { request: request ?? nothing, response: response ?? nothing }, NOTHING)
  },
})

export const filters: Readonly<Record<string, ModifierType>> = {
  'header.Filter': headerFilter,
  'header.RegexFilter': headerRegexFilter,
  'cookie.Filter': cookieFilter,
  'querystring.Filter': queryFilter,
  'url.Filter': urlFilter,
  'url.RegexFilter': urlRegexFilter,
  'port.Filter': portFilter,
}
