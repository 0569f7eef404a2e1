// Whether an answer may be kept and for how long: what its backends say of it, and what the file says.

import { ANYTHING, MAX_VARY_NAMES } from '../../../engine/headers.ts'
import type { AnswerNote } from '../../../engine/steps/answer-notes.ts'

/** What notes say of an answer that was kept for some seconds. */
export function agedNotes(notes: readonly AnswerNote[], seconds: number): AnswerNote[] {
  return notes.map((note) => ({ ...note, freshMs: note.freshMs === null ? null : Math.max(0, note.freshMs - seconds * 1000) }))
}

/** How an answer may be kept; null when it may not. `notes` are those of all backends that had a part in it. */
export function keepingOf(
  notes: readonly AnswerNote[],
  ttlMs: number,
  overrides: boolean,
): { ttlMs: number; varies: readonly string[] } | null {
  const varies = [...new Set(notes.flatMap((note) => note.varies))].sort()
  if (varies.includes(ANYTHING) || varies.length > MAX_VARY_NAMES || notes.some(({ setsCookie }) => setsCookie)) return null
  if (overrides) return { ttlMs, varies }
  if (notes.some(({ isPrivate }) => isPrivate)) return null
  // The shortest word counts; who says nothing has `ttl`.
  const shortest = Math.min(...notes.map(({ freshMs }) => freshMs ?? ttlMs))
  return { ttlMs: notes.length === 0 ? ttlMs : shortest, varies }
}
