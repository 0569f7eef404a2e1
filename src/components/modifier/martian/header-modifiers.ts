// Modifiers of header fields: set, add, take away, copy, identify.

import { canonicalName } from '../../../engine/headers.ts'
import { headerValue } from '../../../engine/header-values.ts'
import { Type } from '../../../schema/type.ts'
import { addField, deleteField, getField, setField, type ModifyBoth } from './framed-headers.ts'
import { modifierType, type ModifierType } from './modifier.ts'
import { SCOPE, text } from './options.ts'

const nameAndValue = Type.Object({ scope: SCOPE, name: text(), value: text() })

function inBoth(modify: ModifyBoth): { request: ModifyBoth; response: ModifyBoth } {
  return { request: modify, response: modify }
}

export const headerModifiers: Readonly<Record<string, ModifierType>> = {
  'header.Modifier': modifierType({
    options: nameAndValue,
    compile(options) {
      const [name, value] = [canonicalName(options.name), headerValue(options.value)]
      return inBoth((message) => setField(message, name, value))
    },
  }),
  'header.Append': modifierType({
    options: nameAndValue,
    compile(options) {
      const [name, value] = [canonicalName(options.name), headerValue(options.value)]
      return inBoth((message) => addField(message, name, value))
    },
  }),
  'header.Blacklist': modifierType({
    options: Type.Object({ scope: SCOPE, names: Type.Array(Type.String(), { default: [] }) }),
    compile(options) {
      const names = options.names.map(canonicalName)
      return inBoth((message) => {
        for (const name of names) deleteField(message, name)
      })
    },
  }),
  'header.Copy': modifierType({
    options: Type.Object({ scope: SCOPE, from: text(), to: text() }),
    compile(options) {
      const [from, to] = [canonicalName(options.from), canonicalName(options.to)]
      // compat: without a source there is an empty field.
      return inBoth((message) => setField(message, to, getField(message, from)))
    },
  }),
  'header.Id': modifierType({
    options: Type.Object({ scope: SCOPE, header: text() }),
    directions: ['request'],
    compile(options) {
      const name = canonicalName(options.header || 'X-Krakend-Id')
      return {
        request({ headers }) {
          if (!headers.get(name)) headers.set(name, crypto.randomUUID())
        },
      }
    },
  }),
}
