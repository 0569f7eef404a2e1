// `string` in both directions: a body as the text under `content`. Knows nothing of charsets and other encodings.

import { Data } from '../engine/data.ts'
import type { PipeResponse, Rendered } from '../engine/types.ts'

/** The whole body, as UTF-8, under `content`; an empty body is an empty text. */
export function decodeString(bytes: Buffer): Data {
  return Data.of({ content: bytes.toString('utf8') })
}

/** `content` if it is a text, else an empty body. */
export function renderString(response: PipeResponse | null): Rendered {
  const content = response?.data?.object['content']
  return { contentType: 'text/plain; charset=utf-8', body: typeof content === 'string' ? content : '' }
}
