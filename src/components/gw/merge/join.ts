// How two parts of an answer become one: member by member, lists one behind the other or element by element. Knows no backend.

import { Data, decodePart, type Part } from '../../../engine/data.ts'
import { ForeignText } from '../../../json/foreign-text.ts'
import { getKey, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import { valueAt } from '../../../json/path.ts'
import { encodeJson } from '../../../json/write.ts'

type Places = Map<string, number>

const NO_PLACES: Places = new Map()

/**
 * What a join of parts has made so far. Nobody else has it, so that more is put into it.
 * security: a copy for each part and each element takes time quadratic in their number.
 */
interface Made {
  readonly objects: Set<JsonObject>
  /** With the places of elements by their keys. */
  readonly lists: Map<readonly JsonValue[], Places>
}

/** What becomes of two lists under the same key; null: the later one counts, and the earlier one is not used any more. */
export type JoinLists = (earlier: readonly JsonValue[], later: readonly JsonValue[], made: Made) => JsonValue[] | null

export const replaceLists: JoinLists = () => null
export const concatLists: JoinLists = (earlier, later, { lists }) => {
  const joined = lists.has(earlier) ? (earlier as JsonValue[]) : [...earlier]
  for (const element of later) joined.push(element)
  lists.set(joined, NO_PLACES)
  return joined
}

/** Elements with equal keys become one, where the first of them is. Lists with elements that have no key are left alone. */
export function joinListsByKey(key: string): JoinLists {
  const path = key.split('.')
  return function joinByKey(earlier, later, made) {
    const known = made.lists.get(earlier)
    const joined = known === undefined ? [] : (earlier as JsonValue[])
    const places: Places = known ?? new Map()
    for (const element of known === undefined ? [...earlier, ...later] : later) {
      const found = isJsonObject(element) ? valueAt(element, path) : undefined
      if (found === undefined) return null
      // The text of a number, or a text with its quotes: 1, 1.0 and "1" are three keys.
      const id = encodeJson(found)
      const place = places.get(id)
      if (place === undefined) places.set(id, joined.push(element) - 1)
      else joined[place] = joinValues(joined[place] as JsonValue, element, replaceLists, made)
    }
    made.lists.set(joined, places)
    return joined
  }
}

/** Parts of an answer in order. What only one of them has stays in the form it came in. */
export function joinData(parts: readonly Data[], joinLists: JoinLists): Data {
  const joined = new Map<string, Part>()
  const made: Made = { objects: new Set(), lists: new Map() }
  for (const data of parts)
    for (const [key, part] of data.parts) {
      const earlier = joined.get(key)
      joined.set(key, earlier === undefined ? part : joinParts(earlier, part, joinLists, made))
    }
  return Data.ofParts(joined)
}

function joinParts(earlier: Part, later: Part, joinLists: JoinLists, made: Made): Part {
  if (earlier instanceof ForeignText || later instanceof ForeignText) return later
  return joinValues(decodePart(earlier), decodePart(later), joinLists, made)
}

/** security: without recursion, because 10,000 levels are valid. */
function joinValues(earlier: JsonValue, later: JsonValue, joinLists: JoinLists, made: Made): JsonValue {
  if (!isJsonObject(earlier) || !isJsonObject(later)) return joinOthers(earlier, later, joinLists, made)
  const whole = ownObject(earlier, made)
  const pending: { readonly joined: JsonObject; readonly more: JsonObject }[] = [{ joined: whole, more: later }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { joined, more } = next
    for (const [key, value] of Object.entries(more)) {
      const known = getKey(joined, key)
      if (isJsonObject(known) && isJsonObject(value)) {
        const inner = ownObject(known, made)
        setKey(joined, key, inner)
        pending.push({ joined: inner, more: value })
      } else setKey(joined, key, known === undefined ? value : joinOthers(known, value, joinLists, made))
    }
  }
  return whole
}

/** Of two values that are not both objects. */
function joinOthers(earlier: JsonValue, later: JsonValue, joinLists: JoinLists, made: Made): JsonValue {
  return isJsonArray(earlier) && isJsonArray(later) ? (joinLists(earlier, later, made) ?? later) : later
}

function ownObject(object: JsonObject, { objects }: Made): JsonObject {
  if (objects.has(object)) return object
  const own = { ...object }
  objects.add(own)
  return own
}
