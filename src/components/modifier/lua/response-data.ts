// A response's data while a script works on it: a copy that may be written, made when it is first looked at.

import { Data, type Part } from '../../../engine/data.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { ForeignText } from '../../../json/foreign-text.ts'
import { JsonText } from '../../../json/text.ts'
import { isJsonObject, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import type { Owner } from './views.ts'

/** Go's limit for data that contains itself. */
const MAX_DEPTH = 1000
/** security: data that shares its parts can be written as far more than it takes in memory. */
const MAX_VALUES = 5_000_000

export class ResponseData implements Owner {
  isChanged = false
  isLinked = false
  readonly object: JsonObject
  readonly #given: Data | null

  constructor(given: Data | null) {
    this.#given = given
    this.object = given === null ? {} : thaw(given)
  }

  /** Data that the script left alone stays as it came. Throws a GatewayError for data that no encoder could write. */
  toData(): Data | null {
    if (!this.isChanged) return this.#given
    if (this.isLinked) refuseEndless(this.object)
    return Data.of(this.object)
  }
}

/** perf: what is still text is decoded into objects that nobody else has; only what is decoded already is copied. */
function thaw(data: Data): JsonObject {
  if (data.text !== null) return data.text.decode() as JsonObject
  const object: JsonObject = {}
  for (const [key, part] of data.parts) setKey(object, key, thawPart(part))
  return object
}

function thawPart(part: Part): JsonValue {
  if (part instanceof JsonText) return part.decode()
  if (part instanceof Data) return thaw(part)
  return part instanceof ForeignText ? part.text : copy(part)
}

/** Without recursion: data of a backend may be nested by thousands of levels. */
function copy(root: JsonValue): JsonValue {
  const holder: JsonValue[] = [root]
  const tasks: (JsonValue[] | JsonObject)[] = [holder]
  const own = (value: JsonValue): JsonValue => {
    if (!Array.isArray(value) && !isJsonObject(value)) return value
    const shallow = Array.isArray(value) ? value.slice() : { ...value }
    tasks.push(shallow)
    return shallow
  }
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (Array.isArray(task)) for (let i = 0; i < task.length; i++) task[i] = own(task[i] as JsonValue)
    else for (const [key, value] of Object.entries(task)) setKey(task, key, own(value))
  }
  return holder[0] as JsonValue
}

function refuseEndless(root: JsonObject): void {
  const levels: { values: JsonValue[]; next: number }[] = [{ values: Object.values(root), next: 0 }]
  let count = 0
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.next === level.values.length) {
      levels.pop()
      continue
    }
    const value = level.values[level.next++] as JsonValue
    if (++count > MAX_VALUES) throw endless()
    if (!Array.isArray(value) && !isJsonObject(value)) continue
    if (levels.length >= MAX_DEPTH) throw endless()
    levels.push({ values: Array.isArray(value) ? value : Object.values(value), next: 0 })
  }
}

function endless(): GatewayError {
  return new GatewayError('json: unsupported value: encountered a cycle via map[string]interface {}', { code: 'ERR_LUA' })
}
