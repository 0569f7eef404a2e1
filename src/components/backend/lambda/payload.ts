// What a function of AWS Lambda is asked, and what its answer means. Knows no client.

import { Data } from '../../../engine/data.ts'
import { decodeJsonObject } from '../../../engine/decode-json.ts'
import type { PipeRequest } from '../../../engine/types.ts'
import { encodeSorted } from '../../../json/write.ts'

/** compat: for GET the parameters, their names in lower case, in a line; the query is not among them. */
export function encodeParams({ params }: Pick<PipeRequest, 'params'>): Buffer {
  return Buffer.from(`${encodeSorted(Object.fromEntries([...params].map(([name, value]) => [name.toLowerCase(), value])))}\n`)
}

/** The object that a function answers; `null` is an empty one. Throws for anything else. */
export function decodeAnswer(bytes: Buffer): Data {
  return decodeJsonObject(bytes) ?? Data.EMPTY
}
