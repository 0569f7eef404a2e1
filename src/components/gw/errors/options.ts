// What `_gw/errors` may say, at the service and at endpoints, and what is wrong with it.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { braceMistake, breaksHeader, parseTemplate, placeholdersIn } from '../../../engine/placeholders.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { suggest } from '../../../schema/suggest.ts'
import { Type } from '../../../schema/type.ts'
import { findIdsOfNobody } from '../request-id-use.ts'
import { namesStatus } from '../status-list.ts'

const body = Type.Object({
  body: Type.Optional(Type.Unknown({ keepsNull: true, description: 'Any JSON, or a text.' })),
  content_type: Type.Optional(
    Type.String({ description: 'Its media type. Default: `application/json` for JSON, `text/plain` for a text.' }),
  ),
  headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Header fields of the answer, by name.' })),
})

/** Everything optional: an endpoint overrides the service option by option. */
export const errorOptions = Type.Object({
  status: Type.Optional(
    Type.String({
      enum: ['standard', 'krakend'],
      description: '`standard` (default): the status that says what went wrong; `krakend`: 500 for most.',
    }),
  ),
  format: Type.Optional(
    Type.String({
      enum: ['krakend', 'problem+json'],
      description: 'Body where nothing else gives one. Default: `krakend`; `problem+json`: RFC 9457.',
    }),
  ),
  passthrough: Type.Optional(
    Type.Union([Type.Boolean(), Type.Array(Type.Union([Type.String(), Type.Integer()]))], {
      description: 'Error answers of backends that clients get as they are: all, or a list such as `["4xx", 503]`. Default: none.',
    }),
  ),
  bodies: Type.Optional(
    Type.Record(Type.String(), body, {
      description: 'Bodies by status, class (`5xx`) or `default`: `body`, `content_type`, `headers`.',
    }),
  ),
  details: Type.Optional(Type.Boolean({ description: 'Whether `detail` shows internal texts, addresses among them. Default: false.' })),
  type_base: Type.Optional(Type.String({ description: 'What the `type` of a problem begins with. Default: `about:blank` is the type.' })),
})

export type ErrorOptions = Static<typeof errorOptions>
export type ErrorBody = Static<typeof body>

export const PLACEHOLDERS = ['status', 'title', 'detail', 'code', 'request_id', 'method', 'path', 'endpoint'] as const

export function checkErrors({ passthrough, bodies = {} }: ErrorOptions, { place }: Pick<CheckedBlock, 'place'>): Issue[] {
  const issues = findIdsOfNobody(bodies, place)
  for (const [index, condition] of (Array.isArray(passthrough) ? passthrough : []).entries())
    if (!namesStatus(String(condition)))
      issues.push(errorIssue('invalid-option', ['passthrough', index], `"${condition}" is no status and no class such as "4xx"`))
  for (const [key, { body: given, content_type: type = '', headers = {} }] of Object.entries(bodies)) {
    if (key !== 'default' && !namesStatus(key))
      issues.push(errorIssue('invalid-option', ['bodies', key], 'is no status, no class such as "5xx", and not "default"'))
    issues.push(...findUnknown(given, ['bodies', key, 'body']))
    if (breaksHeader(type)) issues.push(errorIssue('invalid-option', ['bodies', key, 'content_type'], 'is no media type'))
    for (const [name, value] of Object.entries(headers)) {
      issues.push(...findUnknown(value, ['bodies', key, 'headers', name]))
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || breaksHeader(value))
        issues.push(errorIssue('invalid-option', ['bodies', key, 'headers', name], 'is no header field'))
    }
  }
  return issues
}

/** Placeholders that nobody fills, and braces that are none. */
function findUnknown(value: unknown, at: readonly (string | number)[]): Issue[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => findUnknown(item, [...at, index]))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, item]) => findUnknown(item, [...at, key]))
  if (typeof value !== 'string') return []
  const brace = braceMistake(value)
  const broken = brace === null ? [] : [errorIssue('invalid-option', [...at], brace)]
  const unknown = placeholdersIn(parseTemplate(value))
    .filter(({ name }) => !PLACEHOLDERS.some((known) => known === name))
    .map(({ name }) => {
      const near = suggest(name, PLACEHOLDERS)
      return errorIssue('invalid-option', [...at], `nobody fills "{${name}}"`, near ?? `there are {${PLACEHOLDERS.join('}, {')}}`)
    })
  return [...broken, ...unknown]
}
