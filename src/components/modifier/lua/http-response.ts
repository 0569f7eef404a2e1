// `http_response`: calls that scripts make themselves. The script stands still until the answer is there or the request's time is over.

import { wholeBody } from '../../../engine/body.ts'
import { canonicalName, HeaderMap } from '../../../engine/headers.ts'
import { CANCELED, DEADLINE_EXCEEDED, GatewayError } from '../../../engine/errors.ts'
import type { BackendRequest, BackendResponse, Body } from '../../../engine/types.ts'
import { isToken } from '../../../go/header-name.ts'
import { quote } from '../../../go/quote.ts'
import { bytesOfBuffer, bytesOfText, textOfBytes } from '../../../lua/bytes.ts'
import { checkString, type Args } from '../../../lua/check.ts'
import { type Cursor, LuaTable } from '../../../lua/table.ts'
import { textOfValue } from '../../../lua/number-format.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { native, NOTHING, suspending, type Value } from '../../../lua/value.ts'
import { method, paid, receiver } from './arguments.ts'
import { describeCall, parseUrl } from './parse-url.ts'
import { bodyOfBytes } from './request.ts'
import type { ScriptRun } from './run.ts'
import { toLuaList } from './to-lua.ts'
import { addMethods, bindingType } from './userdata-type.ts'

const WRONG_COUNT = 'need 1, 3 or 4 arguments'

class HttpAnswer {
  readonly run: ScriptRun
  #response: BackendResponse | null

  constructor(run: ScriptRun, response: BackendResponse) {
    this.run = run
    this.#response = response
  }

  open(thread: LuaThread): BackendResponse {
    return this.#response ?? thread.raise('the response is closed')
  }

  close(): void {
    this.#response = null
  }
}

const answer = receiver(HttpAnswer, 'response')

const HTTP_RESPONSE = bindingType()

addMethods(HTTP_RESPONSE, {
  statusCode: native((thread, ...args) => answer(thread, args).open(thread).statusCode),
  headers: method(answer, 2, (thread, self, args) => self.open(thread).headers.get(nameIn(thread, args)) ?? ''),
  headerList: method(answer, 2, (thread, self, args) => toLuaList(self.run, self.open(thread).headers.values(nameIn(thread, args)))),
  body: native((thread, ...args) => paid(thread, bytesOfBuffer(wholeBody(answer(thread, args).open(thread).body)))),
  close: native((thread, ...args) => {
    answer(thread, args).close()
    return NOTHING
  }),
})

function nameIn(thread: LuaThread, args: Args): string {
  return canonicalName(checkString(thread, args, 1))
}

/** The global `http_response`. */
export function installHttpResponse(run: ScriptRun): void {
  run.setLibrary('http_response', { new: suspending(async (thread, args) => run.wrap(HTTP_RESPONSE, await call(run, thread, args))) })
}

async function call(run: ScriptRun, thread: LuaThread, args: Args): Promise<HttpAnswer> {
  if (args.length === 0 || args.length === 2) return thread.raise(WRONG_COUNT)
  const url = textOfBytes(checkString(thread, args, 0))
  // compat: Go takes no method for GET.
  const verb = args.length === 1 ? 'GET' : textOfBytes(checkString(thread, args, 1)) || 'GET'
  const body = bodyOfBytes(args.length === 1 ? '' : checkString(thread, args, 2))
  if (!isToken(verb)) return thread.raise(bytesOfText(`net/http: invalid method ${quote(verb)}`))
  try {
    return new HttpAnswer(run, await run.tools.client(requestOf(run, url, verb, body, args.length === 4 ? args[3] : undefined), run.scope))
  } catch (error) {
    // Errors of the script's own go on as they are.
    if (!(error instanceof GatewayError)) throw error
    // Whoever ends the scope does not know of the call.
    const isOver = error === DEADLINE_EXCEEDED || error === CANCELED
    return thread.raise(bytesOfText(isOver ? describeCall(url, verb, error.message) : error.message))
  }
}

function requestOf(run: ScriptRun, url: string, verb: string, body: Body, fields: Value): BackendRequest {
  const { origin, path, authorization } = parseUrl(url, verb)
  const headers = headersOf(fields)
  if (!headers.has('User-Agent')) headers.set('User-Agent', run.tools.userAgent)
  if (authorization !== null && !headers.has('Authorization')) headers.set('Authorization', authorization)
  // A body whose length is known goes out with it.
  if (body.length !== 0) headers.set('Content-Length', String(body.length))
  return { method: verb, origin, path, headers, body, wantsStream: false }
}

/** A text is a field, a table several, with numbers too; whatever else is left out. */
function headersOf(given: Value): HeaderMap {
  const headers = new HeaderMap()
  if (!(given instanceof LuaTable)) return headers
  for (const [name, value] of entriesOf(given)) {
    if (typeof name !== 'string' && typeof name !== 'number') continue
    const field = canonicalName(textOfValue(name))
    if (typeof value === 'string') headers.add(field, value)
    if (!(value instanceof LuaTable)) continue
    for (const [, inner] of entriesOf(value)) {
      if (typeof inner === 'string' || typeof inner === 'number') headers.add(field, textOfValue(inner))
    }
  }
  return headers
}

function entriesOf(table: LuaTable): [Value, Value][] {
  const cursor: Cursor = { key: undefined, value: undefined }
  const found: [Value, Value][] = []
  for (let key: Value = undefined; table.next(key, cursor); key = cursor.key) found.push([cursor.key, cursor.value])
  return found
}
