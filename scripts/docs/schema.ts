// What the parts of the editors' schema share.

import type { Level } from '../../src/engine/compile/component.ts'

export type Schema = Readonly<Record<string, unknown>>

/** Keys that people write as comments. */
export const COMMENTS = { '^(?:[@$#_]|//)': {} }
export const LEVELS: readonly Level[] = ['service', 'endpoint', 'backend', 'agent']

/** What Go's time.ParseDuration takes. JSON Schema's own durations are those of ISO 8601. */
export const DURATION = {
  type: 'string',
  pattern: '^[+-]?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$',
  examples: ['500ms', '2s', '1h30m'],
}

/** What a schema says about itself; empty for nothing. */
export function descriptionOf(schema: Schema | undefined): string {
  const description = schema?.['description']
  return typeof description === 'string' ? description : ''
}
