// What is done to the data of an endpoint's backends, where one option takes away what another wants.

import type { Quirks } from '../config/dialect.ts'
import type { BackendConfig, EndpointConfig } from '../config/types.ts'
import { backendProxyOptions, mergeStrategyOf, proxyOptions, splitShadows } from '../engine/pipe/proxy-block.ts'
import { certainIssue, errorIssue, warningIssue, writeValue } from '../schema/issue.ts'
import type { Issue, IssuePath } from '../schema/issue.ts'
import { backendsOf, writtenAt } from './subject.ts'
import type { CheckSubject, Rule } from './subject.ts'

export const checkManipulation: Rule = ({ config }) =>
  backendsOf(config).flatMap(({ backend, endpoint }) => {
    const issues: Issue[] = []
    const { at, allow, deny, target } = backend
    const { flatmap_filter: flatmap } = backendProxyOptions(backend)
    if (allow.length > 0 && deny.length > 0)
      issues.push(
        errorIssue(
          'allow-and-deny',
          [...at, 'deny'],
          '"deny" does nothing beside "allow": what it names is let through if "allow" names it too',
          'keep one of them',
        ),
      )
    if (flatmap.length > 0)
      for (const name of writtenOf(backend, ['allow', 'deny', 'mapping']))
        issues.push(
          errorIssue(
            'ignored-manipulation',
            [...at, name],
            `"${name}" does nothing beside "flatmap_filter"`,
            'say it with "del" and "move" instead',
          ),
        )
    if (backend.isCollection && target !== '' && target.split('.')[0] !== 'collection') {
      const message = `a list stands under "collection", where "${target}" finds nothing: the answer is empty`
      issues.push(
        errorIssue(
          'target-of-collection',
          [...at, 'target'],
          message,
          `write "collection", or leave "is_collection" out where "${target}" is in an object`,
        ),
      )
    }
    return [...issues, ...checkArguments([...at, 'extra_config', 'proxy'], flatmap, endpoint.backends.length === 1 ? 'requests' : null)]
  })

/** What a backend says of certain options. */
function writtenOf(
  backend: BackendConfig,
  names: readonly ('allow' | 'deny' | 'mapping' | 'target' | 'group' | 'is_collection')[],
): string[] {
  const present = {
    allow: backend.allow.length > 0,
    deny: backend.deny.length > 0,
    mapping: backend.mapping.size > 0,
    target: backend.target !== '',
    group: backend.group !== '',
    is_collection: backend.isCollection,
  }
  return names.filter((name) => present[name])
}

export const checkEndpointFlatmap: Rule = ({ config }) =>
  config.endpoints.flatMap((endpoint) => {
    const { flatmap_filter: flatmap, static: fixed } = proxyOptions(endpoint)
    const at = [...endpoint.at, 'extra_config', 'proxy']
    const issues: Issue[] = []
    if (fixed !== undefined && fixed.data === undefined)
      issues.push(warningIssue('static-without-data', [...at, 'static'], 'there is no "data": nothing is added'))
    if (flatmap.length === 0) return issues
    if (splitShadows(endpoint.backends).regular.length < 2) {
      const hint = 'put it into the "proxy" block of the backend'
      return [
        ...issues,
        errorIssue(
          'ignored-manipulation',
          [...at, 'flatmap_filter'],
          '"flatmap_filter" of an endpoint does nothing with one backend',
          hint,
        ),
      ]
    }
    return [...issues, ...checkArguments(at, flatmap, 'requests')]
  })

interface Operation {
  readonly type: string
  readonly args: readonly unknown[]
}

const PATHS: Readonly<Record<string, number>> = { move: 2, append: 2, del: 1 }

function checkArguments(at: IssuePath, operations: readonly Operation[], fails: 'requests' | null): Issue[] {
  return operations.flatMap(({ type, args }, index) => {
    const wanted = PATHS[type]
    if (wanted === undefined || !Array.isArray(args) || args.length >= wanted) return []
    const path = [...at, 'flatmap_filter', index, 'args']
    if (type === 'del') return [warningIssue('missing-path', path, '"del" names nothing: it does nothing')]
    const message = `"${type}" needs two paths, from and to: every answer that it sees fails`
    return [fails === null ? errorIssue('missing-path', path, message) : certainIssue(fails, 'missing-path', path, message)]
  })
}

/** Two backends of a group: the one that answers last takes the place of the other. */
export const checkGroups: Rule = ({ config }) =>
  config.endpoints.flatMap(({ backends }) => {
    const seen = new Map<string, BackendConfig>()
    return splitShadows(backends).regular.flatMap((backend) => {
      const { group, at } = backend
      const first = seen.get(group)
      if (group === '') return []
      if (first === undefined) {
        seen.set(group, backend)
        return []
      }
      const message = `the group "${group}" is there already: the answer that comes last takes the place of the other`
      return [
        {
          ...errorIssue('group-twice', [...at, 'group'], message, 'give each backend a group of its own'),
          related: [[...first.at, 'group']],
        },
      ]
    })
  })

/** `no-op` passes bytes on: whatever wants data does nothing there. */
export const checkNoOp: Rule = (subject) =>
  subject.config.endpoints.flatMap((endpoint) =>
    endpoint.isNoOp ? checkWholeNoOp(endpoint, subject) : checkHalfNoOp(endpoint, subject.config.quirks),
  )

function checkWholeNoOp(endpoint: EndpointConfig, { config, raw }: CheckSubject): Issue[] {
  const issues: Issue[] = []
  const ignored = (path: IssuePath, what: string): number =>
    issues.push(
      errorIssue(
        'no-op-manipulation',
        path,
        `${what} does nothing here: with "no-op" the answer passes as it is`,
        'leave it out, or choose another output_encoding',
      ),
    )
  const proxy = proxyOptions(endpoint)
  if (proxy.flatmap_filter.length > 0) ignored([...endpoint.at, 'extra_config', 'proxy', 'flatmap_filter'], '"flatmap_filter"')
  for (const backend of endpoint.backends) {
    for (const name of writtenOf(backend, ['allow', 'deny', 'mapping', 'target', 'group', 'is_collection']))
      ignored([...backend.at, name], `"${name}"`)
    if (backendProxyOptions(backend).flatmap_filter.length > 0)
      ignored([...backend.at, 'extra_config', 'proxy', 'flatmap_filter'], '"flatmap_filter"')
    const path = [...backend.at, 'encoding']
    const written = writtenAt(raw, path)
    if (typeof written === 'string' && written.toLowerCase() === 'no-op') continue
    const fate = !config.quirks.endpointForcesNoOp
      ? 'the answer is decoded, and its body is lost'
      : 'the answer passes undecoded all the same, but files of version 2 lose its body'
    issues.push({
      ...warningIssue(
        'half-no-op',
        written === undefined ? backend.at : path,
        `only the endpoint says "no-op": ${fate}`,
        'write "encoding": "no-op"',
      ),
      fix: writeValue(path, 'no-op'),
    })
  }
  return issues
}

/** compat: an undecoded answer has no data, so a decoded endpoint has nothing to write. */
function checkHalfNoOp(endpoint: EndpointConfig, quirks: Quirks): Issue[] {
  const isText = (index: number): boolean =>
    mergeStrategyOf(proxyOptions(endpoint), quirks) === 'sequential' &&
    endpoint.backends.slice(index + 1).some(({ urlPattern }) => urlPattern.includes(`{{.Resp${index}}}`))
  return endpoint.backends.flatMap((backend, index) => {
    if (backend.encoding !== 'no-op' || isText(index)) return []
    const path = [...backend.at, 'encoding']
    const message = 'only the backend says "no-op": its answer is not decoded, so nothing of it reaches the client'
    const issue = errorIssue(
      'half-no-op',
      path,
      message,
      endpoint.backends.length === 1 ? 'write "output_encoding": "no-op" at the endpoint' : 'leave it out',
    )
    return [endpoint.backends.length === 1 ? { ...issue, fix: writeValue([...endpoint.at, 'output_encoding'], 'no-op') } : issue]
  })
}
