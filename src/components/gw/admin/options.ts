// The options of `_gw/admin`, and what is wrong with them.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import type { OpenedPort } from '../../../engine/compile/opened-ports.ts'
import { parseHostPort } from '../../../go/host-port.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { readNetworks } from './access.ts'
import { PURGE, ROUTES } from './pages.ts'
import { pathsOf } from './routes.ts'

export const options = Type.Object({
  allow: Type.Array(Type.String(), {
    default: ['127.0.0.0/8', '::1/128'],
    description: 'Addresses and networks of connections that may ask. What proxies say of others counts for nothing.',
  }),
  token: Type.String({
    default: '',
    description: 'If set, `Authorization: Bearer …` with it is needed as well, and proxies may stand between.',
  }),
  listen: Type.String({
    default: '',
    description: 'Where the pages are to be found, and not on the port of the endpoints: `127.0.0.1:9901`.',
  }),
  routes: Type.Boolean({ default: true, description: '`GET /__routes`: what is served.' }),
  cache: Type.Boolean({ default: true, description: '`POST /__cache/purge`: entries of `_gw/cache` go.' }),
  trace: Type.Boolean({
    default: true,
    description: 'A request with `X-Gw-Trace: 1`, or with the token as its value, is told on its answer what became of it.',
  }),
})

export type Options = Static<typeof options>

const NAMESPACE = '_gw/admin'

export const BLOCK = { namespace: NAMESPACE, options, check: checkAdmin, opens: opensPort } as const

function opensPort({ listen }: Options): OpenedPort[] {
  const address = parseHostPort(listen)
  return address === null ? [] : [{ ...address, path: [NAMESPACE, 'listen'] }]
}

function checkAdmin({ allow, routes, cache, listen }: Options, { place }: CheckedBlock): Issue[] {
  const issues = allow.flatMap((network, index) =>
    readNetworks([network]) === null
      ? [errorIssue('unknown-value', ['allow', index], `"${network}" is no address and no network`, 'write "10.0.0.0/8", for one')]
      : [],
  )
  if (listen !== '') {
    if (parseHostPort(listen) === null)
      issues.push(errorIssue('unknown-value', ['listen'], `"${listen}" is no address with a port`, 'write "127.0.0.1:9901", for one'))
    return issues
  }
  const taken = new Set([...(routes ? [ROUTES] : []), ...(cache ? [PURGE] : [])])
  for (const path of place === null ? [] : pathsOf(place.config))
    if (taken.has(path))
      issues.push(errorIssue('contradiction', [], `an endpoint has the path ${path}, which is answered here`, 'give it another path'))
  return issues
}
