// Plugin `url-rewrite` of KrakenD Enterprise: other paths for endpoints, before the router looks.

import type { Static } from 'typebox'
import { compileRegexp, explainRegexp, type GoRegexp } from '../../go/regexp.ts'
import { encodePath } from '../../go/url.ts'
import type { Exchange } from '../../engine/types.ts'
import { Type } from '../../schema/type.ts'
import type { OptionProblem } from '../loaded.ts'
import { builtIn, type Rewriter } from './declare.ts'

const options = Type.Object({
  literal: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Path → path of an endpoint. Looked up first.' })),
  regexp: Type.Optional(
    Type.Array(Type.Array(Type.String()), {
      description: 'Pairs of a regular expression and the path of an endpoint, with `${1}` for its groups. The first that matches counts.',
    }),
  ),
})

type Options = Static<typeof options>

const PAIR = 'must be a pair: a regular expression, and what takes the place of what it matches'

export const urlRewrite = builtIn({
  protects: false,
  options,
  check({ literal, regexp }) {
    if (literal === undefined && regexp === undefined) return [{ path: [], message: 'has neither "literal" nor "regexp"' }]
    const problems: OptionProblem[] = []
    for (const [from, to] of Object.entries(literal ?? {})) {
      if (!to.startsWith('/')) problems.push({ path: ['literal', from], message: 'must begin with "/"' })
    }
    regexp?.forEach((pair, index) => {
      const [pattern = ''] = pair
      const failure = pair.length === 2 ? explainRegexp(pattern) : PAIR
      if (failure !== null) problems.push({ path: pair.length === 2 ? ['regexp', index, 0] : ['regexp', index], message: failure })
    })
    return problems
  },
  rewriter: compileRewriter,
  build(given) {
    const rewrite = compileRewriter(given)
    return {
      layer: (next) =>
        function rewriteUrl(exchange) {
          rewrite(exchange)
          return next(exchange)
        },
      pair: null,
    }
  },
})

function compileRewriter(given: Options): Rewriter {
  const rewrite = compileRewrite(given)
  return function rewritePath(exchange) {
    const path = rewrite(exchange.path)
    if (path !== null) writePath(exchange, path)
  }
}

/** Gives the path in the place of a decoded one; null where it stays. */
function compileRewrite({ literal = {}, regexp = [] }: Options): (path: string) => string | null {
  const literals = new Map(Object.entries(literal))
  const rules = regexp.map(([pattern = '', to = '']): readonly [GoRegexp, string] => [compileRegexp(pattern), to])
  return (path) => {
    const written = literals.get(path)
    if (written !== undefined) return written
    for (const [pattern, to] of rules) if (pattern.matches(path)) return pattern.replaceAll(path, to)
    return null
  }
}

/** The client's query stays. A query in the new path stands before it. */
function writePath(exchange: Exchange, written: string): void {
  const mark = written.indexOf('?')
  const path = mark < 0 ? written : written.slice(0, mark)
  const query = [mark < 0 ? '' : written.slice(mark + 1), exchange.rawQuery].filter((part) => part !== '').join('&')
  exchange.path = path.startsWith('/') ? path : `/${path}`
  exchange.rawQuery = query
  exchange.target = encodePath(exchange.path) + (query === '' ? '' : `?${query}`)
}
