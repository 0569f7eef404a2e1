// How Go's HTTP client words the failure of a call.

import { quote } from './quote.ts'

/** `Get "http://h/x": context canceled`. security: the URL is told as it is given; whoever gives it leaves passwords out. */
export function describeFailedCall(method: string, url: string, detail: string): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()} ${quote(url)}: ${detail}`
}
