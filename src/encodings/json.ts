// `json` in both directions, and lists for the client. Knows nothing of JSON's grammar.

import { decodeJsonCollection, decodeJsonObject } from '../engine/decode-json.ts'
import type { Decode, PipeResponse, Rendered } from '../engine/types.ts'

const CONTENT_TYPE = 'application/json; charset=utf-8'

/** An object, or with `isCollection` a list that gets under the key `collection`. */
export function jsonDecoder(isCollection: boolean): Decode {
  return isCollection ? decodeJsonCollection : decodeJsonObject
}

/** The data as it is; `null` where a backend said `null`, `{}` where nothing answered. */
export function renderJson(response: PipeResponse | null): Rendered {
  if (response === null) return { contentType: CONTENT_TYPE, body: '{}' }
  return { contentType: CONTENT_TYPE, body: response.data === null ? 'null' : response.data.encoded() }
}

/** The value under `collection`, of any type, or an empty list. */
export function renderJsonCollection(response: PipeResponse | null): Rendered {
  return { contentType: CONTENT_TYPE, body: response?.data?.encodedMember('collection') ?? '[]' }
}
