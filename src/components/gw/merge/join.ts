// How two parts of an answer become one: member by member, lists one behind the other or element by element. Knows no backend.

import { Data, decodePart, type Part } from '../../../engine/data.ts'
import { ForeignText } from '../../../json/foreign-text.ts'
import { getKey, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import { valueAt } from '../../../json/path.ts'
import { encodeJson } from '../../../json/write.ts'

/** What becomes of two lists under the same key; null: the later one counts. */
export type JoinLists = (earlier: readonly JsonValue[], later: readonly JsonValue[]) => JsonValue[] | null

export const replaceLists: JoinLists = () => null
export const concatLists: JoinLists = (earlier, later) => [...earlier, ...later]

/** Elements with equal keys become one, where the first of them is. Lists with elements that have no key are left alone. */
export function joinListsByKey(key: string): JoinLists {
  const path = key.split('.')
  return function joinByKey(earlier, later) {
    const joined: JsonValue[] = []
    const places = new Map<string, number>()
    for (const element of [...earlier, ...later]) {
      const found = isJsonObject(element) ? valueAt(element, path) : undefined
      if (found === undefined) return null
      // The text of a number, or a text with its quotes: 1, 1.0 and "1" are three keys.
      const id = encodeJson(found)
      const place = places.get(id)
      if (place === undefined) places.set(id, joined.push(element) - 1)
      else joined[place] = joinValues(joined[place] as JsonValue, element, replaceLists)
    }
    return joined
  }
}

/** Parts of an answer in order. What only one of them has stays in the form it came in. */
export function joinData(parts: readonly Data[], joinLists: JoinLists): Data {
  const joined = new Map<string, Part>()
  for (const data of parts)
    for (const [key, part] of data.parts) {
      const earlier = joined.get(key)
      joined.set(key, earlier === undefined ? part : joinParts(earlier, part, joinLists))
    }
  return Data.ofParts(joined)
}

function joinParts(earlier: Part, later: Part, joinLists: JoinLists): Part {
  if (earlier instanceof ForeignText || later instanceof ForeignText) return later
  return joinValues(decodePart(earlier), decodePart(later), joinLists)
}

/** security: without recursion, because 10,000 levels are valid. */
function joinValues(earlier: JsonValue, later: JsonValue, joinLists: JoinLists): JsonValue {
  if (!isJsonObject(earlier) || !isJsonObject(later)) return joinOthers(earlier, later, joinLists)
  const whole: JsonObject = { ...earlier }
  const pending: { readonly joined: JsonObject; readonly more: JsonObject }[] = [{ joined: whole, more: later }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { joined, more } = next
    for (const [key, value] of Object.entries(more)) {
      const known = getKey(joined, key)
      if (isJsonObject(known) && isJsonObject(value)) {
        const inner: JsonObject = { ...known }
        setKey(joined, key, inner)
        pending.push({ joined: inner, more: value })
      } else setKey(joined, key, known === undefined ? value : joinOthers(known, value, joinLists))
    }
  }
  return whole
}

/** Of two values that are not both objects. */
function joinOthers(earlier: JsonValue, later: JsonValue, joinLists: JoinLists): JsonValue {
  return isJsonArray(earlier) && isJsonArray(later) ? (joinLists(earlier, later) ?? later) : later
}
