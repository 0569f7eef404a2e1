// Which header fields of several backends' answers the client gets, and in which order.

import type { ReadonlyHeaders } from '../../../engine/headers.ts'

/** All values of all backends count; of other names those of the last backend alone. */
const KEEPS_ALL = new Set(['Set-Cookie', 'Link', 'Vary', 'Server-Timing', 'Warning', 'Www-Authenticate'])

/** Heads of backends in the order of the file, holes for those that have none, become name, value, name, value … */
export function takeHeaders(heads: readonly (ReadonlyHeaders | undefined)[], isTaken: (name: string) => boolean): string[] {
  const lastOf = new Map<string, number>()
  for (const [index, head] of heads.entries()) {
    const { fields } = head ?? { fields: [] }
    for (let i = 0; i < fields.length; i += 2) if (isTaken(fields[i] as string)) lastOf.set(fields[i] as string, index)
  }
  const taken: string[] = []
  if (lastOf.size === 0) return taken
  for (const [index, head] of heads.entries()) {
    const { fields } = head ?? { fields: [] }
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string
      const last = lastOf.get(name)
      if (last !== undefined && (last === index || KEEPS_ALL.has(name))) taken.push(name, fields[i + 1] as string)
    }
  }
  return taken
}
