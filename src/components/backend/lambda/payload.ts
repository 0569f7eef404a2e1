// What a function of AWS Lambda is asked instead of a body. Knows no client.

import type { PipeRequest } from '../../../engine/types.ts'
import { encodeSorted } from '../../../json/write.ts'

/** compat: for GET the parameters, their names in lower case, in a line; the query is not among them. */
export function encodeParams({ params }: Pick<PipeRequest, 'params'>): Buffer {
  return Buffer.from(`${encodeSorted(Object.fromEntries([...params].map(([name, value]) => [name.toLowerCase(), value])))}\n`)
}
