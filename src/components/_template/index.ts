// Component `example/header`: adds a response header whose value may name URL parameters.

import { component } from '../../engine/compile/component.ts'
import { canonicalName } from '../../engine/headers.ts'
import { droppedHeaders, verifiedClaims } from '../../engine/ports.ts'
import { warningIssue } from '../../schema/issue.ts'
import { Type } from '../../schema/type.ts'
import { compileValue } from './compile-value.ts'

/** The one source of the type, the check, the defaults and the reference page: describe every option. */
const options = Type.Object({
  name: Type.String({ default: 'X-Example', description: 'Name of the header, in any case.' }),
  value: Type.String({ default: '', description: 'Its value; `{Id}` is replaced by the URL parameter `{id}`. Empty: no header.' }),
})

/** What KrakenD does not have stands in a block of its own, which KrakenD ignores: one file runs on both. */
const extras = Type.Object({
  only_verified: Type.Boolean({ default: false, description: 'Only answers to requests with a verified token get the header.' }),
})

export const exampleHeader = component({
  stage: 'endpoint',
  namespace: 'example/header',
  options,
  extras: { namespace: '_gw/example-header', options: extras },
  /** What types cannot say. A message says what is wrong and what follows from it. */
  check: ({ name }) => (name === '' ? [warningIssue('invalid-option', ['name'], 'is empty: there is no header')] : []),
  build({ name, value }, site, extra) {
    if (name === '' || value === '') return null
    // Header maps know names in their canonical form only.
    const field = canonicalName(name)
    // A port: another component says which headers are its own. Neither knows the other.
    if (site.ask(droppedHeaders).some((isDropped) => isDropped(field))) {
      site.log.warning(`${site.label}[Example header] ${field} belongs to another component: it is not set here`)
      return null
    }
    const valueOf = compileValue(value)
    const isForAll = extra?.only_verified !== true
    return (next) =>
      function exampleHeader(exchange) {
        // A slot: what a layer outside of this one knows of the request. It must stand above this one in src/order.ts.
        if (isForAll || verifiedClaims.get(exchange.scope) !== undefined) exchange.responseHeaders.set(field, valueOf(exchange.params))
        return next(exchange)
      }
  },
})
