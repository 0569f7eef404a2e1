// The options of `_gw/request`, and what of them cannot be built. Knows no request.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { HOP_BY_HOP, canonicalName } from '../../../engine/headers.ts'
import { breaksHeader } from '../../../engine/placeholders.ts'
import { isToken } from '../../../go/header-name.ts'
import { isObject } from '../../../json/types.ts'
import { errorIssue, type Issue, type IssuePath } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { findIdsOfNobody } from '../request-id-use.ts'
import { type Names, namesAt } from '../values.ts'
import { hasDots, mistakesIn } from '../templates.ts'

const named = (description: string) =>
  Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String()), Type.Null()]), {
      description,
    }),
  )

export const options = Type.Object({
  method: Type.Optional(Type.String({ description: 'In place of the backend’s `method`.' })),
  path: Type.Optional(Type.String({ description: 'In place of `url_pattern`, with its query string if it has one.' })),
  query: named('Query strings, each a text or a list; they replace those of the same name. `null` takes one away.'),
  headers: named('Header fields, each a text or a list; they replace those of the same name. `null` takes one away.'),
  body: Type.Optional(
    Type.Unknown({
      keepsNull: true,
      description: 'In place of the client’s body: JSON, or a text that is sent as it is. `null` is no body.',
    }),
  ),
})

export type Options = Static<typeof options>

/** What the wire writes itself. */
const OF_THE_WIRE = new Set([...HOP_BY_HOP, 'Content-Length'])

const CONTROL = /[\u0000-\u001f\u007f]/

export function checkRequest(given: Options, { place, dialect }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if (given.method !== undefined && !isToken(given.method))
    issues.push(errorIssue('unknown-value', ['method'], `"${given.method}" is no method`, 'write "POST", for one'))
  if (given.path !== undefined && !given.path.startsWith('/'))
    issues.push(errorIssue('unknown-value', ['path'], 'must begin with a slash', 'the host stands in "host" of the backend'))
  if (given.path !== undefined && hasDots(given.path))
    issues.push(errorIssue('unknown-value', ['path'], 'has a segment "." or "..": no such call is made', 'write the path that is meant'))
  if (given.path !== undefined && CONTROL.test(given.path))
    issues.push(errorIssue('unknown-value', ['path'], 'has a line end or another control character: no such call is made', 'remove it'))
  for (const [name, value] of Object.entries(given.headers ?? {})) issues.push(...checkField(name), ...checkValue(name, value))
  issues.push(...findIdsOfNobody(given, place))
  if (place === null || place.backend === null) return issues
  return [...issues, ...findMistakes(given, namesAt(place.endpoint, place.backend, dialect), [])]
}

function checkField(name: string): Issue[] {
  if (!isToken(name)) return [errorIssue('unknown-value', ['headers', name], `"${name}" is no name of a header field`, 'remove it')]
  // security: two lengths of one body are two requests to somebody.
  if (!OF_THE_WIRE.has(canonicalName(name))) return []
  return [errorIssue('unknown-value', ['headers', name], 'belongs to the connection, which the gateway keeps itself', 'remove it')]
}

function checkValue(name: string, value: string | readonly string[] | null): Issue[] {
  if (![value ?? ''].flat().some(breaksHeader)) return []
  return [errorIssue('unknown-value', ['headers', name], 'has a line end, which no header field can have', 'write it in one line')]
}

/** Placeholders that nothing fills, and braces that are none, in whatever text of the block. */
function findMistakes(value: unknown, names: Names, path: IssuePath): Issue[] {
  if (typeof value === 'string')
    return mistakesIn(value, names).map((message) => errorIssue('unknown-value', path, message, hintFor(names)))
  if (Array.isArray(value)) return value.flatMap((element, index) => findMistakes(element, names, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => findMistakes(member, names, [...path, key]))
}

function hintFor({ params, steps, hasItem }: Names): string {
  const own = [...(params?.keys() ?? [])].map((name) => `{${name}}`)
  const earlier = steps === null || steps.length === 0 ? [] : ['{resp0_…}']
  const loop = hasItem ? ['{item…}', '{index}'] : []
  const all = [...own, ...earlier, ...loop, '{body…}', '{JWT.…}', '{input_headers.…}', '{input_query_strings.…}']
  return `there are ${all.join(', ')} and {client_ip}; a brace that is none is written {{`
}
