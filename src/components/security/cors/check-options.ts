// What `check` says about CORS options: origins that no browser sends, and answers that no browser takes.

import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { parseDuration } from '../../../go/duration.ts'
import { errorIssue, warningIssue, writeValue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { isObject } from '../../../json/types.ts'
import { describeValue } from '../../../schema/values.ts'
import { preflightStatus } from './cors-policy.ts'
import type { Options } from './index.ts'

export function checkCors(options: Options, { raw }: Pick<CheckedBlock, 'raw'>, hasStatus: boolean): Issue[] {
  const { max_age: maxAge, allow_origins: origins, allow_credentials: hasCredentials, options_success_status: status } = options
  const issues = origins.flatMap((origin, index) => checkOrigin(origin, ['allow_origins', index]))
  const written = isObject(raw) ? raw['allow_origins'] : undefined
  if (written !== undefined && origins.length === 0) issues.push(originsForAll(written))
  if (hasStatus && status !== 0 && (status < 200 || status > 299)) {
    const sent = preflightStatus(status)
    const message = sent === status ? `browsers refuse preflights with ${status}` : `${status} is no status of an answer: ${sent} is sent`
    issues.push(errorIssue('out-of-range', ['options_success_status'], message, 'leave it out, or write one of 2xx'))
  }
  if (hasCredentials && (origins.length === 0 || origins.includes('*'))) {
    const message = 'every origin together with credentials: browsers refuse such an answer to any request with cookies'
    issues.push(errorIssue('cors-any-with-credentials', ['allow_credentials'], message, 'name the origins in "allow_origins"'))
  }
  const unknown = options.allow_methods.flatMap((method, index): Issue[] => {
    const upper = method.toUpperCase()
    if (method === upper || method === '*') return []
    const path = ['allow_methods', index]
    return [
      {
        ...warningIssue('value-case', path, `"${method}" is no method that browsers send: its requests are refused`, `write "${upper}"`),
        fix: writeValue(path, upper),
      },
    ]
  })
  issues.push(...unknown)
  if (maxAge !== '' && typeof parseDuration(maxAge) !== 'number')
    issues.push(warningIssue('invalid-duration', ['max_age'], `"${maxAge}" is no duration such as "12h": browsers are told no age`))
  return issues
}

/** security: a list that is none, or has nothing in it, is as good as no list, and without a list everybody is let in. */
function originsForAll(written: unknown): Issue {
  const path = ['allow_origins']
  const isText = typeof written === 'string'
  const code = Array.isArray(written) ? 'invalid-option' : 'wrong-type'
  const message = Array.isArray(written) ? 'names no origin' : `must be a list, not ${describeValue(written)}`
  const issue = {
    ...warningIssue(code, path, message, isText ? `write ["${written}"]` : 'name the origins'),
    effect: 'every origin is allowed',
  }
  return isText ? { ...issue, fix: writeValue(path, [written]) } : issue
}

/** Browsers send scheme, host and port, and nothing behind them. */
function checkOrigin(origin: string, path: readonly (string | number)[]): Issue[] {
  if (origin === '*' || origin === 'null') return []
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)(\/.*)$/i.exec(origin)
  if (parts !== null) {
    const [, right = ''] = parts
    const message = `browsers send no "${parts[2]}" behind an origin: "${origin}" allows nobody`
    return [{ ...errorIssue('cors-origin', path, message, `write "${right}"`), fix: writeValue(path, right) }]
  }
  if (origin.includes('://') || origin.includes('*')) return []
  return [errorIssue('cors-origin', path, `"${origin}" has no scheme: it allows nobody`, `write "https://${origin}"`)]
}
