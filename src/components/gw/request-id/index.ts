// Component `_gw/request-id`: every request has a name, on its answer, in the calls of backends and in logs.

import type { Static } from 'typebox'
import { component } from '../../../engine/compile/component.ts'
import { canonicalName, HOP_BY_HOP } from '../../../engine/headers.ts'
import { callFields, droppedHeaders, requestId } from '../../../engine/ports.ts'
import { isToken } from '../../../go/header-name.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { uuidMaker } from './uuid.ts'

const options = Type.Object({
  header: Type.String({ default: 'X-Request-Id', description: 'The field that has it, in requests and answers.' }),
  accept: Type.Boolean({ default: true, description: 'Whether an id that the client sends is taken.' }),
  response: Type.Boolean({ default: true, description: 'Whether answers have it.' }),
})

/** security: what goes into logs, and to backends. */
const ACCEPTABLE = /^[\w.~:/+=@-]{1,128}$/
/** What has a meaning of its own in every request. */
const TAKEN = new Set([
  ...HOP_BY_HOP,
  'Host',
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Authorization',
  'Cookie',
  'Set-Cookie',
])

export const requestIds = component({
  stage: 'server',
  namespace: '_gw/request-id',
  options,
  check: checkHeader,
  build({ header, accept, response }, site) {
    const name = canonicalName(header)
    callFields(site).set(name, requestId)
    // An answer has one, whatever a backend calls the request.
    if (response) site.provide(droppedHeaders, (dropped) => dropped === name)
    const make = uuidMaker(site.clock.now)
    return (next) =>
      function nameRequest(exchange) {
        const { headers, scope, responseHeaders } = exchange
        const given = accept ? headers.get(name) : undefined
        const id = given !== undefined && ACCEPTABLE.test(given) ? given : make()
        requestId.set(scope, id)
        headers.set(name, id)
        if (response) responseHeaders.set(name, id)
        return next(exchange)
      }
  },
})

function checkHeader({ header }: Static<typeof options>): Issue[] {
  if (!isToken(header)) return [errorIssue('invalid-option', ['header'], `"${header}" is no name of a header field`)]
  if (!TAKEN.has(canonicalName(header))) return []
  return [errorIssue('invalid-option', ['header'], `"${header}" has a meaning of its own`, 'write "X-Request-Id", for one')]
}
