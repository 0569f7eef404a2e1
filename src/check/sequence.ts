// Values of earlier answers that a `url_pattern` names: whether there is such a step, and whether it lets them through.

import type { Quirks } from '../config/dialect.ts'
import type { BackendConfig, EndpointConfig } from '../config/types.ts'
import { backendProxyOptions, mergeStrategyOf, proxyOptions } from '../engine/pipe/proxy-block.ts'
import { certainIssue, errorIssue, warningIssue } from '../schema/issue.ts'
import type { Issue, IssuePath } from '../schema/issue.ts'
import type { Rule } from './subject.ts'

/** A value of an answer: `{resp0_user.id}`. */
interface Reference {
  readonly step: number
  /** Empty: the whole answer as text. */
  readonly field: readonly string[]
  readonly written: string
}

export const checkSequences: Rule = ({ config }) =>
  config.endpoints.flatMap((endpoint) => {
    const options = proxyOptions(endpoint)
    const { sequential, sequential_propagated_params: propagated } = options
    const isSequence = mergeStrategyOf(options, config.quirks) === 'sequential'
    const issues = endpoint.backends.flatMap((backend, index) =>
      referencesIn(backend.urlPattern).flatMap((reference) => {
        const path = [...backend.at, 'url_pattern']
        return isSequence ? checkReference(reference, index, path, endpoint) : [outsideSequence(reference, path, endpoint, config.quirks)]
      }),
    )
    if (propagated.length > 0 && !isSequence)
      issues.push(
        warningIssue(
          'value-without-sequence',
          [...endpoint.at, 'extra_config', 'proxy', 'sequential_propagated_params'],
          `does nothing without ${switchOf(config.quirks).text}`,
        ),
      )
    if (sequential === true && endpoint.backends.length < 2)
      issues.push(
        warningIssue(
          'sequence-of-one',
          [...endpoint.at, 'extra_config', 'proxy', 'sequential'],
          'a sequence of one backend: it does nothing',
        ),
      )
    return issues
  })

function referencesIn(pattern: string): Reference[] {
  return [...pattern.matchAll(/\{(?:\{\.)?[Rr]esp(\d+)(?:_([\w\-.]+))?\}/g)].map(([, step = '', field = '']) => {
    return { step: Number(step), field: field === '' ? [] : field.split('.'), written: `{resp${step}${field === '' ? '' : `_${field}`}}` }
  })
}

/** What makes a sequence of an endpoint, in files of that version. */
function switchOf({ readsStrategy }: Quirks): { key: string; value: string; text: string } {
  const [key, value] = readsStrategy ? ['strategy', '"sequential"'] : ['sequential', 'true']
  return { key, value, text: `"${key}": ${value}` }
}

function outsideSequence({ written }: Reference, path: IssuePath, { at }: EndpointConfig, quirks: Quirks): Issue {
  const { key, value, text } = switchOf(quirks)
  const message = `${written} is never filled: the backends of this endpoint are called at the same time, and this one gets the braces`
  const hint = `write ${text} into the "proxy" block of the endpoint`
  const issue = certainIssue('requests', 'value-without-sequence', path, message, hint)
  return { ...issue, fix: [{ path: [...at, 'extra_config', 'proxy', key], replaces: 'value', text: value }] }
}

function checkReference(reference: Reference, index: number, path: IssuePath, { backends }: EndpointConfig): Issue[] {
  const { step, written } = reference
  if (step >= index) {
    const what = step >= backends.length ? 'there is no such step' : step === index ? 'it is this very step' : 'that step comes later'
    const hint = index === 0 ? 'the first step has no earlier answer' : `steps are counted from 0: the one before is {resp${index - 1}_…}`
    return [certainIssue('requests', 'value-of-later-step', path, `${written} is never filled: ${what}`, hint)]
  }
  const source = backends[step] as BackendConfig
  const reason = reference.field.length === 0 ? null : findLoss(source, reference.field)
  if (reason === null) return []
  return [{ ...errorIssue('value-dropped', path, `${written} is never filled: ${reason} of step ${step}`), related: [source.at] }]
}

/** Which option of a backend keeps a field from those who come later; null when none does. Options apply as manipulation does. */
function findLoss(backend: BackendConfig, field: readonly string[]): string | null {
  const { group, mapping, allow, deny, isCollection, target } = backend
  if (backendProxyOptions(backend).flatmap_filter.length > 0) return null
  let path = field
  if (group !== '') {
    if (path[0] !== group) return `it stands below "${group}", the group`
    path = path.slice(1)
  }
  const [first = ''] = path
  const original = [...mapping].find(([, name]) => name === first)?.[0]
  if (original === undefined && mapping.has(first)) return `it is called "${mapping.get(first)}" by the mapping`
  const inside = original === undefined ? path : [original, ...path.slice(1)]
  if (inside.length === 0) return null
  if (isCollection && target === '' && inside[0] !== 'collection') return 'it is not in "collection", the list'
  const rules = (list: readonly string[]): string[][] => list.map((rule) => rule.split('.'))
  if (allow.length > 0)
    return rules(allow).some((rule) => startsWith(rule, inside) || startsWith(inside, rule)) ? null : 'it is not in "allow"'
  return rules(deny).some((rule) => startsWith(inside, rule)) ? 'it is in "deny"' : null
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((key, index) => path[index] === key)
}
