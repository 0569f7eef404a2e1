// The options of `_gw/access-log`, and what of them would write secrets.

import type { Static } from 'typebox'
import type { GatewayConfig } from '../../../config/types.ts'
import { block, type CheckedBlock } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { isToken } from '../../../go/header-name.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'

/** In the order of a line. */
export const FIELDS = [
  'time',
  'method',
  'path',
  'query',
  'proto',
  'status',
  'bytes',
  'duration_ms',
  'client_ip',
  'host',
  'endpoint',
  'request_id',
  'trace_id',
  'user_agent',
  'code',
  'complete',
  'cache',
  'backends',
] as const
const OPTIONAL = new Set<string>(['query', 'user_agent'])
const REDACTED = ['token', 'access_token', 'id_token', 'code', 'key', 'api_key', 'password', 'secret']

export const options = Type.Object({
  output: Type.String({
    default: 'stdout',
    description: '`stdout` (beside the log), `stderr`, or a file that lines are appended to; opened again with every reload (SIGHUP).',
  }),
  fields: Type.Array(Type.Enum([...FIELDS]), {
    default: FIELDS.filter((field) => !OPTIONAL.has(field)),
    description: 'What a line has: any of `' + FIELDS.join('`, `') + '`.',
  }),
  headers: Type.Array(Type.String(), { default: [], description: 'Fields of requests that a line has under `headers`.' }),
  redact_query: Type.Array(Type.String(), { default: REDACTED, description: 'Parameters whose values become `***` in `query`.' }),
  skip_paths: Type.Array(Type.String(), {
    default: [],
    description: 'Paths without a line, beside those of `logger_skip_paths`: exact ones, or with a `*` at the end all that begin so.',
  }),
  sample: Type.Number({
    default: 1,
    minimum: 0,
    maximum: 1,
    description: 'The share of requests that have a line. Those answered 500 and above always have one.',
  }),
})

export type Options = Static<typeof options>

/** security: whoever reads the log could be the client. */
const SECRETS = new Set(['Authorization', 'Cookie', 'Proxy-Authorization', 'X-Gw-Trace'])
/** Where API keys are in a field, or a parameter, of the configuration's choice. */
const apiKeys = block({
  namespace: 'auth/api-keys',
  options: Type.Object({ strategy: Type.String({ default: 'header' }), identifier: Type.String({ default: '' }) }),
})

/** Fields (`header`) or parameters (`query_string`) of requests that hold API keys. */
export function apiKeyNames({ extraConfig, endpoints }: Pick<GatewayConfig, 'extraConfig' | 'endpoints'>, strategy: string): string[] {
  return [extraConfig, ...endpoints.map((endpoint) => endpoint.extraConfig)]
    .filter((blocks) => blocks.has(apiKeys.namespace))
    .map((blocks) => optionsOf(apiKeys, blocks))
    .filter((keys) => keys.strategy === strategy && keys.identifier !== '')
    .map(({ identifier }) => identifier)
}

export function checkAccessLog({ output, headers, skip_paths: paths }: Options, { place }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if (output === '') issues.push(errorIssue('unknown-value', ['output'], 'must be "stdout", "stderr" or a file'))
  const keys = new Set(place === null ? [] : apiKeyNames(place.config, 'header').map(canonicalName))
  for (const [index, header] of headers.entries()) {
    const name = canonicalName(header)
    if (!isToken(header)) issues.push(errorIssue('invalid-option', ['headers', index], `"${header}" is no name of a header field`))
    else if (SECRETS.has(name) || keys.has(name))
      issues.push(
        errorIssue('invalid-option', ['headers', index], `"${header}" proves who somebody is: it is never written down`, 'remove it'),
      )
  }
  for (const [index, path] of paths.entries())
    if (!path.startsWith('/') && path !== '*')
      issues.push(errorIssue('invalid-option', ['skip_paths', index], `"${path}" is no path`, `write "/${path}"`))
  return issues
}
