// Component `_gw/example-header`: adds a response header whose value may name URL parameters. Knows nothing of sockets.

import { component } from '../../engine/compile/component.ts'
import { canonicalName } from '../../engine/headers.ts'
import { Type } from '../../schema/type.ts'
import { compileValue } from './compile-value.ts'

/** The one source of the type, the check, the defaults and the reference page: describe every option. */
const options = Type.Object({
  name: Type.String({ default: 'X-Example', description: 'Name of the header, in any case.' }),
  value: Type.String({ default: '', description: 'Its value; `{Id}` is replaced by the URL parameter `{id}`. Empty: no header.' }),
})

export const exampleHeader = component({
  stage: 'endpoint',
  namespace: '_gw/example-header',
  options,
  build({ name, value }) {
    if (value === '') return null
    // Header maps know names in their canonical form only.
    const field = canonicalName(name)
    const valueOf = compileValue(value)
    return (next) =>
      function exampleHeader(exchange) {
        exchange.responseHeaders.set(field, valueOf(exchange.params))
        return next(exchange)
      }
  },
})
