// Reads a component's options by KrakenD's rules. Knows TypeBox schemas, no component and no file.

import type { Static, TSchema } from 'typebox'
import { compileReader, type ReaderContext } from './compile-reader.ts'
import type { Issue, IssuePath } from './issue.ts'
import { WRONG } from './values.ts'

/**
 * `struct`: keys in any case, one wrong type makes the whole block wrong, null is "not set".
 * `map`: keys exactly, an option of a wrong type counts as absent, numbers are truncated to integers.
 * `exact`: our own keys: keys exactly, and anything that is not understood makes the whole block wrong.
 */
export type Reading = 'struct' | 'map' | 'exact'

export interface OptionsReading<T> {
  /** The options with the schema's defaults; null when the block as a whole is wrong. */
  readonly value: T | null
  /** Wrong types are errors, unknown keys warnings. */
  readonly issues: readonly Issue[]
}

type Readers = WeakMap<TSchema, ReturnType<typeof compileReader>>
const readers: Readonly<Record<'struct' | 'map', Readers>> = { struct: new WeakMap(), map: new WeakMap() }

/**
 * Reads a block. An absent block (`undefined`) reads as `{}` if the schema is an object. Required options without a
 * default get Go's zero value when they are absent. The result shares no objects with `raw` but values of type unknown.
 *
 * @param at where the block stands; issues carry paths below it
 */
export function readOptions<S extends TSchema>(schema: S, raw: unknown, reading: Reading, at: IssuePath = []): OptionsReading<Static<S>> {
  const known = readers[reading === 'struct' ? 'struct' : 'map']
  let reader = known.get(schema)
  if (reader === undefined) {
    reader = compileReader(schema, reading === 'struct')
    known.set(schema, reader)
  }
  if (raw === undefined || (raw === null && reading === 'struct')) return { value: reader.absent() as Static<S>, issues: [] }
  const context: ReaderContext = { issues: [], path: [...at] }
  const value = reader.read(raw, context)
  if (reading === 'exact' && context.issues.length > 0)
    return {
      value: null,
      issues: context.issues.map((issue) => ({ ...issue, severity: 'error', message: issue.message.replace(/, ignored$/, '') })),
    }
  return { value: value === WRONG ? null : (value as Static<S>), issues: context.issues }
}
