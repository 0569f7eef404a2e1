// Lets go of what came back to a plugin that goes on with something else: a stream that nobody reads would stay for ever.

import { Readable } from 'node:stream'
import { NewAnswer } from './answers.ts'
import { type LightResponse, RawResponse } from './response.ts'

/** `discard` lets go at once, or when the body of the answer is done, which may be made of it. `answer` is null where there is none. */
export function dropResponse(former: LightResponse, answer: LightResponse | NewAnswer | null, discard: () => void): void {
  if (former === answer || !(former instanceof RawResponse) || former.streamOrNull === null) return
  const body = answer instanceof NewAnswer ? answer.body : answer instanceof RawResponse ? answer.streamOrNull : null
  if (former.isHandedOut && body instanceof Readable) body.once('close', discard)
  else discard()
}
