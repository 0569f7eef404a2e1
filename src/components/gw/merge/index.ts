// Component `_gw/merge`: how the parts of an answer are joined. It is no layer: the merge asks for what it has left.

import type { Static } from 'typebox'
import { component, type CheckedBlock } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { mergeStrategyOf, proxyOptions, splitShadows } from '../../../engine/pipe/proxy-block.ts'
import { type JoinData, ownJoins } from '../../../engine/ports.ts'
import { quirksOf } from '../../../config/dialect.ts'
import { isObject } from '../../../json/types.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { concatLists, joinData, joinListsByKey, replaceLists } from './join.ts'

const options = Type.Object({
  strategy: Type.Enum(['shallow', 'deep', 'concat', 'by_key'], {
    default: 'shallow',
    description:
      'What becomes of a key that two parts have. `shallow`: the later one counts; `deep`: objects are joined member by member; `concat`: and lists follow each other; `by_key`: and elements of lists with the same key become one.',
  }),
  key: Type.String({ default: 'id', description: 'What makes elements of lists the same, with `by_key`; dots enter objects.' }),
})

type Options = Static<typeof options>

export const merge = component({
  stage: 'proxy',
  namespace: '_gw/merge',
  options,
  check: checkMerge,
  build(given, site) {
    if (site.place !== null) ownJoins(site).set(site.place.id, joinOf(given))
    return null
  },
})

function joinOf({ strategy, key }: Options): JoinData {
  if (strategy === 'shallow') return (parts) => Data.merge(parts)
  const joinLists = strategy === 'by_key' ? joinListsByKey(key) : strategy === 'concat' ? concatLists : replaceLists
  return (parts) => joinData(parts, joinLists)
}

function checkMerge({ strategy, key }: Options, { place, raw, dialect }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if (key === '') issues.push(errorIssue('unknown-value', ['key'], 'must name a member of the elements', 'write "id", for one'))
  if (strategy !== 'by_key' && isObject(raw) && raw['key'] !== undefined)
    issues.push(
      warningIssue('unused-option', ['key'], `only "by_key" looks at it, not "${strategy}"`, 'remove it, or write "strategy": "by_key"'),
    )
  const endpoint = place?.endpoint ?? null
  if (endpoint === null) return issues
  if (splitShadows(endpoint.backends).regular.length < 2)
    issues.push(warningIssue('unused-option', [], 'one backend alone has nothing to be joined with', 'remove the block'))
  else if (mergeStrategyOf(proxyOptions(endpoint), quirksOf(dialect)) === 'fallback')
    issues.push(warningIssue('unused-option', [], 'with "strategy": "fallback" one backend alone answers', 'remove the block'))
  return issues
}
