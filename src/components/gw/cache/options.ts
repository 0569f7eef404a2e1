// The options of `_gw/cache`, and what of them would show an answer to somebody else. Knows no store.

import type { Static } from 'typebox'
import type { EndpointConfig } from '../../../config/types.ts'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { braceMistake } from '../../../engine/placeholders.ts'
import { placeholdersOf } from '../../../engine/steps/request-builder.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { findSharedAnswers } from './shared-answers.ts'
import { unknownNames } from './texts.ts'

const text = (description: string, fallback = '0s') => Type.String({ default: fallback, format: 'duration', description })

export const options = Type.Object({
  ttl: text('How long an answer is fresh when its backend says nothing. It must be set.'),
  override: Type.Boolean({ default: false, description: '`ttl` counts whatever the backend says, `no-store` and `private` included.' }),
  key: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'What makes requests equal, in place of everything that backends may see: texts with `{id}`, `{JWT.sub}`, `{input_headers.X}`, `{input_query_strings.q}`, `{client_ip}`; `public` says that nothing personal is in the answer.',
    }),
  ),
  statuses: Type.Array(Type.Integer(), { default: [200], description: 'Statuses that are kept, at endpoints and with `no-op`.' }),
  stale_while_revalidate: text('An answer older by that much is still given, and refreshed behind it.'),
  stale_if_error: text('An answer older by that much is given when it cannot be refreshed.'),
  coalesce: Type.Boolean({ default: true, description: 'Equal requests wait for the one that is under way.' }),
  tags: Type.Array(Type.String(), { default: [], description: 'Names for purging, with placeholders as in `key`.' }),
  max_items: Type.Integer({ default: 1000, minimum: 1, description: 'Entries of all workers together.' }),
  max_size: Type.Integer({
    default: 64 * 1024 * 1024,
    minimum: 1,
    description: 'Bytes of all workers together; a body has an eighth at most.',
  }),
})

export type Options = Static<typeof options>

/** Parameters of an endpoint as keys and tags name them. */
export function paramsOf(endpoint: Pick<EndpointConfig, 'path' | 'writtenPath' | 'backends'> | null): ReadonlySet<string> {
  const ownNames = [...(endpoint?.writtenPath.matchAll(/\{([^{}]+)\}/g) ?? [])].map(([, name = '']) => name.replace(/\*$/, ''))
  // What url_patterns name the endpoint has, in its path or in its hosts.
  const used = (endpoint?.backends ?? []).flatMap(({ urlPattern }) => placeholdersOf(urlPattern))
  const lowered = used.flatMap((name) => [name, name.slice(0, 1).toLowerCase() + name.slice(1)])
  return new Set([...ownNames, ...lowered.filter((name) => !name.includes('.'))])
}

export function checkCache(given: Options, block: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if ((parseDurationMs(given.ttl) ?? 0) <= 0)
    issues.push(errorIssue('missing-option', ['ttl'], 'must be set: how long is an answer fresh?', 'write "ttl": "1m"'))
  // security: an answer would be everybody's, whatever was asked for.
  if (given.key?.length === 0)
    issues.push(
      errorIssue(
        'invalid-option',
        ['key'],
        'names nothing: all requests would get the same answer',
        'leave it out, or write ["public"] where that is meant',
      ),
    )
  if (given.statuses.length === 0) issues.push(errorIssue('invalid-option', ['statuses'], 'names no status: nothing would be kept'))
  const endpoint = block.place?.endpoint ?? null
  const params = paramsOf(endpoint)
  for (const option of ['key', 'tags'] as const)
    for (const [index, written] of (given[option] ?? []).entries()) {
      const brace = braceMistake(written)
      if (brace !== null) issues.push(errorIssue('unknown-value', [option, index], brace))
      for (const name of endpoint === null ? [] : unknownNames(written, params)) {
        const hint = `there are ${[...params].map((param) => `{${param}}`).join(', ')}, {JWT.…}, {input_headers.…}, {input_query_strings.…} and {client_ip}`
        issues.push(errorIssue('unknown-value', [option, index], `nothing is called {${name}} here`, hint))
      }
    }
  return given.key === undefined ? issues : [...issues, ...findSharedAnswers(given.key, block)]
}
