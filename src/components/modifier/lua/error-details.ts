// What `return_error_details` puts into data, as scripts see it. Knows nothing of scripts.

import { isJsonObject, type JsonObject, type JsonValue, TypedNumber } from '../../../json/types.ts'

const PREFIX = 'error_'

/** compat: the details of a failed backend have a `name` for scripts, which stands nowhere in the answer; null for other values. */
export function errorDetails(key: string, value: JsonValue | undefined): JsonObject | null {
  if (!key.startsWith(PREFIX) || !isJsonObject(value)) return null
  // Only the gateway's own numbers have a type.
  if (!(value['http_status_code'] instanceof TypedNumber)) return null
  return { ...value, name: key.slice(PREFIX.length) }
}
