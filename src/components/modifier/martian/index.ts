// Component `modifier/martian`: what a backend is asked, and what it answers, changed by modifiers of the Martian proxy.
// Knows nothing of what each of them does.

import { discardBody, madeFrom, sizedBodyOf } from '../../../engine/body.ts'
import { component } from '../../../engine/compile/component.ts'
import type { BackendRequest, BackendResponse, Layer, Sender } from '../../../engine/types.ts'
import { errorIssue, formatPath, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { compileModifiers } from './compile.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { perDialect } from '../../../config/dialect.ts'
import { RequestMessage, ResponseMessage } from './messages.ts'
import { type Generation, type Modifier, type ModifyResponse, WrongModifier } from './modifier.ts'

interface MartianQuirks {
  /** Which modifiers there are. */
  readonly knows: Generation
}

const VERSION_3: MartianQuirks = { knows: 'all' }
const QUIRKS = perDialect(VERSION_3, { 2: { knows: 'first' } })

/** Stands outside redirects: they see the modified request, and modifiers the last answer. */
export const martian = component({
  stage: 'executor',
  namespace: 'modifier/martian',
  writesCall: true,
  options: Type.Unknown({ description: 'One modifier under its name; `fifo.Group` holds several.' }),
  check(block, { dialect }) {
    try {
      return [...compileModifiers(block, QUIRKS[dialect].knows).issues]
    } catch (error) {
      return [describe(error)]
    }
  },
  build(block, site) {
    try {
      return modifyWith(compileModifiers(block, QUIRKS[site.config.dialect].knows).modifier)
    } catch (error) {
      const { message, path } = describe(error)
      // compat: KrakenD calls the backend without any modifier then.
      site.log.error(`${site.label}[Martian] ${path.length === 0 ? '' : `${formatPath(path)}: `}${message}`)
      return null
    }
  },
})

function describe(error: unknown): Issue {
  if (!(error instanceof WrongModifier)) throw error
  return errorIssue('invalid-modifier', error.at, `${error.message}; no modifier of this block runs`)
}

function modifyWith({ request: modifyRequest, response: modifyResponse }: Modifier): Layer<Sender> | null {
  if (modifyRequest === null && modifyResponse === null) return null
  return (next) =>
    function martian(request, scope) {
      const message = new RequestMessage(request, request.headers.copy())
      try {
        modifyRequest?.(message)
      } catch (error) {
        return Promise.reject(error)
      }
      const answer = message.skipsCall
        ? Promise.resolve(emptyAnswer(message))
        : next(modifyRequest === null ? request : toRequest(message), scope)
      return modifyResponse === null ? answer : answer.then((response) => modifyAnswer(modifyResponse, response, message))
    }
}

function toRequest(message: RequestMessage): BackendRequest {
  const { body, sent } = message
  return message.toRequest(body === null ? sent.body : madeFrom(sent.body, sizedBodyOf(body)))
}

function emptyAnswer({ url }: RequestMessage): BackendResponse {
  return { statusCode: 200, headers: new HeaderMap(), body: Buffer.alloc(0), url }
}

function modifyAnswer(
  modify: ModifyResponse,
  response: BackendResponse,
  request: RequestMessage,
): BackendResponse | Promise<BackendResponse> {
  const message = new ResponseMessage(response, request)
  const fail = (error: unknown): never => {
    discardBody(message.body)
    throw error
  }
  try {
    const pending = modify(message)
    return pending instanceof Promise ? pending.then(() => message.toResponse(), fail) : message.toResponse()
  } catch (error) {
    return fail(error)
  }
}
