// From a block of the file to functions: one table of all kinds of modifiers, and how scopes apply to each.

import { readOptions } from '../../../schema/read-options.ts'
import type { Issue, IssuePath } from '../../../schema/issue.ts'
import { isObject } from '../../../json/types.ts'
import { suggestHint } from '../../../schema/suggest.ts'
import { bodyModifiers } from './body-modifiers.ts'
import { cookieModifier } from './cookie-modifier.ts'
import { filters } from './filters.ts'
import { groups } from './groups.ts'
import { headerModifiers } from './header-modifiers.ts'
import { WrongModifier, type Compilation, type Direction, type Modifier, type ModifierType, type Generation } from './modifier.ts'
import { urlModifiers } from './url-modifiers.ts'
import { verifiers } from './verifiers.ts'

const TYPES: ReadonlyMap<string, ModifierType> = new Map(
  Object.entries({
    ...headerModifiers,
    'cookie.Modifier': cookieModifier,
    ...urlModifiers,
    ...bodyModifiers,
    ...filters,
    ...groups,
    ...verifiers,
  }),
)

export interface CompiledModifiers {
  readonly modifier: Modifier
  /** What is odd about the block. */
  readonly issues: readonly Issue[]
}

/** Reads a whole block. Throws a WrongModifier for the first mistake that makes KrakenD drop all of it. */
export function compileModifiers(raw: unknown, knows: Generation): CompiledModifiers {
  const issues: Issue[] = []
  const compilation: Compilation = {
    knows,
    issues,
    compile: (nested, at) => compileOne(nested, at, compilation),
  }
  return { modifier: compilation.compile(raw, []), issues }
}

function compileOne(raw: unknown, at: IssuePath, compilation: Compilation): Modifier {
  if (raw === undefined) throw new WrongModifier('parse: no modifier: unexpected end of JSON input', at)
  if (raw !== null && !isObject(raw)) throw new WrongModifier('parse: a modifier is an object with its name as the only key', at)
  const names = Object.keys(raw ?? {})
  const [name] = names
  if (name === undefined || names.length > 1)
    throw new WrongModifier(`parse: expected one modifier, received ${names.length}: ${names.join(', ')}`, at)
  const type = TYPES.get(name)
  const here = [...at, name]
  if (type === undefined || (compilation.knows === 'first' && type.since !== 'first')) {
    const hint = suggestHint(name, TYPES.keys())
    throw new WrongModifier(`parse: unknown modifier: ${name}${hint === '' ? '' : ` (${hint})`}`, here)
  }
  return compileTyped(type, raw?.[name], here, compilation)
}

function compileTyped(type: ModifierType, raw: unknown, at: IssuePath, compilation: Compilation): Modifier {
  const { value, issues } = readOptions(type.options, raw, 'struct', at)
  const [wrong] = issues
  if (value === null) throw new WrongModifier(wrong?.message ?? 'wrong options', wrong?.path ?? at)
  compilation.issues.push(...issues)
  const made = type.compile(value as never, { ...compilation, raw: raw ?? {}, at })
  const scope = scopeOf((value as { readonly scope?: readonly string[] }).scope, type.directions, [...at, 'scope'])
  return {
    request: scope.includes('request') ? (made.request ?? null) : null,
    response: scope.includes('response') ? (made.response ?? null) : null,
  }
}

function scopeOf(scope: readonly string[] | undefined, directions: readonly Direction[], at: IssuePath): readonly string[] {
  if (scope === undefined) return directions
  for (const direction of scope) {
    if (direction !== 'request' && direction !== 'response')
      throw new WrongModifier(`parse: invalid scope: ${direction} not in ["request", "response"]`, at)
    if (!directions.includes(direction)) throw new WrongModifier(`parse: invalid scope "${direction}" for modifier`, at)
  }
  return scope
}
