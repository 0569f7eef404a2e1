// Whether a key of the file would show what was made for one client to another. Knows no store and no request.

import type { Dialect } from '../../../config/dialect.ts'
import type { BackendConfig, EndpointConfig } from '../../../config/types.ts'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { withFallbacks } from '../../../engine/compile/order.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { namesIn, usedNames } from '../used-names.ts'
import { earlierSteps } from '../values.ts'

/** What personal headers are called wherever they come from. */
const CREDENTIALS = ['Authorization', 'Cookie']
const PUBLIC = 'public'
const CLAIM = 'JWT.'
const HEADER = 'input_headers.'

/** security: an answer that was made for one client must not be found by another. */
export function findSharedAnswers(key: readonly string[], { place, dialect, identityHeaders }: CheckedBlock): Issue[] {
  const endpoint = place?.endpoint ?? null
  if (endpoint === null || key.includes(PUBLIC)) return []
  const personal = new Set([...CREDENTIALS, ...identityHeaders()].map(canonicalName))
  const subjects = new Set(
    sourcesOf(endpoint, place?.backend ?? null, dialect).flatMap((backend) => [
      ...forwardedOf(personal, endpoint, backend),
      ...subjectsIn(usedNames(backend), personal),
    ]),
  )
  if (subjects.size === 0 || subjectsIn(namesIn(key), personal).length > 0) return []
  const message = `backends get ${[...subjects].join(' and ')}, and the key names none of it: one client would be given the answer of another`
  const hint = 'add "{input_headers.Authorization}" or "{JWT.sub}", or "public" if answers are the same for all'
  return [errorIssue('shared-answers', ['key'], message, hint)]
}

/** Whose calls decide what is kept: all of an endpoint, or one backend's with the steps that it is built of. */
function sourcesOf(endpoint: EndpointConfig, backend: BackendConfig | null, dialect: Dialect): BackendConfig[] {
  if (backend === null) return withFallbacks(endpoint.backends)
  const isBuiltOfSteps = usedNames(backend).some((name) => /^resp\d/.test(name))
  return [...withFallbacks((isBuiltOfSteps ? earlierSteps(endpoint, backend, dialect) : null) ?? []), backend]
}

/** Personal headers that a backend gets because lists let them through. */
function forwardedOf(personal: ReadonlySet<string>, { inputHeaders }: EndpointConfig, backend: BackendConfig): string[] {
  const letIn = new Set(inputHeaders.map(canonicalName))
  const own = new Set(backend.inputHeaders.map(canonicalName))
  return [...personal].filter((name) => (letIn.has(name) || letIn.has('*')) && (own.size === 0 || own.has(name)))
}

/** Which of these names say who the client is. */
function subjectsIn(names: readonly string[], personal: ReadonlySet<string>): string[] {
  return names.flatMap((name) => {
    if (name.startsWith(CLAIM)) return ['claims of the token']
    const header = name.startsWith(HEADER) ? canonicalName(name.slice(HEADER.length)) : ''
    return personal.has(header) ? [header] : []
  })
}
