// What `check` says about CORS options: origins that no browser sends, and answers that no browser takes.

import { parseDuration } from '../../../go/duration.ts'
import { errorIssue, warningIssue, writeValue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import type { Options } from './index.ts'

export function checkCors(options: Options): Issue[] {
  const { max_age: maxAge, allow_origins: origins, allow_credentials: hasCredentials } = options
  const issues = origins.flatMap((origin, index) => checkOrigin(origin, ['allow_origins', index]))
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
