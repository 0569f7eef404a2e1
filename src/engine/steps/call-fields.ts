// Header fields that the gateway gives every call of a backend, whatever is forwarded (the request's id).

import { step } from '../compile/component.ts'
import { callFields } from '../ports.ts'
import type { HeaderMap } from '../headers.ts'

export const ownCallFields = step({
  stage: 'backend',
  name: 'own fields',
  build(site) {
    const fields = [...callFields(site)]
    if (fields.length === 0) return null
    return (next) =>
      function addFields(request, scope) {
        let headers: HeaderMap | null = null
        for (const [name, slot] of fields) {
          const value = slot.get(scope)
          // What is there already was forwarded, or the file has put it there.
          if (value === undefined || request.headers.has(name)) continue
          headers ??= request.headers.copy()
          headers.add(name, value)
        }
        return next(headers === null ? request : { ...request, headers }, scope)
      }
  },
})
