// `string` in both directions: a body as the text under `content`. Knows nothing of charsets and other encodings.

import { isUtf8 } from 'node:buffer'
import { Data } from '../engine/data.ts'
import { ForeignText } from '../json/foreign-text.ts'
import type { PipeResponse, Rendered } from '../engine/types.ts'

/** The whole body under `content`, whatever its charset; an empty body is an empty text. */
export function decodeString(bytes: Buffer): Data {
  return isUtf8(bytes) ? Data.of({ content: bytes.toString('utf8') }) : Data.wrapped('content', new ForeignText(bytes))
}

/** `content` if it is a text, byte for byte if it came with `string`; else an empty body. */
export function renderString(response: PipeResponse | null): Rendered {
  const data = response?.data
  const content = data?.foreignBytes('content') ?? data?.object['content']
  return { contentType: 'text/plain; charset=utf-8', body: typeof content === 'string' || Buffer.isBuffer(content) ? content : '' }
}
