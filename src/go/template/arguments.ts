// A value is checked against the type of a parameter and becomes what the function gets for it.

import { type GoFunction, type ParameterKind, typeName } from '../function.ts'
import { GoTime } from '../time.ts'
import { GoInt, GoMap, GoObject, GoSlice, type GoValue, typeOf } from '../value.ts'
import { type Execution, execError } from './state.ts'

const NIL_MAP = new GoMap(new Map(), 'interface {}', true)
const NIL_LIST = new GoSlice('interface {}', [], true)

type Owner = Pick<GoFunction, 'objectType'>

/** Throws a TemplateError for a value that does not fit. */
export function convertArgument(value: GoValue, kind: ParameterKind, owner: Owner, execution: Execution): unknown {
  if (kind === 'value') return value
  if (kind === 'any') return value ?? null
  if (value === undefined) {
    if (canBeNil(kind, owner)) return nilOf(kind)
    throw execError(execution, `invalid value; expected ${typeName(kind, owner)}`)
  }
  const converted = unwrap(value, kind, owner)
  if (converted !== undefined) return converted
  const got = value === null ? 'interface {}' : typeOf(value)
  throw execError(execution, `wrong type for value; expected ${typeName(kind, owner)}; got ${got}`)
}

/** Undefined: it does not fit. */
function unwrap(value: GoValue, kind: ParameterKind, { objectType }: Owner): unknown {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'float64':
      return typeof value === 'number' ? value : undefined
    case 'int':
    case 'uint32':
      return value instanceof GoInt && value.type === kind ? Number(value.value) : undefined
    case 'int64':
      return value instanceof GoInt && value.type === kind ? value.value : undefined
    case 'duration':
      return value instanceof GoInt && value.type === 'time.Duration' ? value : undefined
    case 'map':
      return value instanceof GoMap && value.element === 'interface {}' ? value : undefined
    case 'list':
      return value instanceof GoSlice && value.element === 'interface {}' ? value : undefined
    case 'time':
      return value instanceof GoTime ? value : undefined
    case 'object':
      return value instanceof GoObject && value.type === objectType ? value : undefined
    default:
      return value
  }
}

export function canBeNil(kind: ParameterKind, { objectType }: Owner): boolean {
  return kind === 'any' || kind === 'value' || kind === 'map' || kind === 'list' || (kind === 'object' && objectType.startsWith('*'))
}

/** The zero value of a type that can be nil, as the function gets it. */
export function nilOf(kind: ParameterKind): unknown {
  if (kind === 'map') return NIL_MAP
  if (kind === 'list') return NIL_LIST
  return kind === 'value' ? undefined : null
}
