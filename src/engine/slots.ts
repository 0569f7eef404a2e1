// Per-request values that components share (verified claims, request id …): typed indices instead of a map of strings.

export type Slots = unknown[]

/** A place for one value per request. Make it once, at module level. */
export interface Slot<T> {
  get(slots: Slots): T | undefined
  set(slots: Slots, value: T): void
}

let count = 0

export function slot<T>(): Slot<T> {
  const index = count++
  return {
    get: (slots) => slots[index] as T | undefined,
    set: (slots, value) => {
      slots[index] = value
    },
  }
}
