// Modifiers of what a message is: its body, its status, a file in place of an answer.

import { headerValue } from '../../../engine/header-values.ts'
import { Type } from '../../../schema/type.ts'
import type { ResponseMessage } from './messages.ts'
import { modifierType, WrongModifier, type ModifierType } from './modifier.ts'
import { SCOPE, text } from './options.ts'
import { contentRange, joinRanges, readRanges } from './ranges.ts'
import { FileShelf } from './static-files.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const NO_BYTES = Buffer.alloc(0)

export const bodyModifiers: Readonly<Record<string, ModifierType>> = {
  'body.Modifier': modifierType({
    options: Type.Object({ scope: SCOPE, body: text(), contentType: text() }),
    compile(options, { at }) {
      const written = options.body.replaceAll(/[\r\n]/g, '')
      if (!BASE64.test(written)) throw new WrongModifier('illegal base64 data', [...at, 'body'])
      const body = Buffer.from(written, 'base64')
      const contentType = headerValue(options.contentType)
      return {
        request(message) {
          const { headers } = message
          headers.set('Content-Type', contentType)
          headers.delete('Content-Encoding')
          headers.set('Content-Length', String(body.length))
          message.body = body
        },
        response(message) {
          message.headers.set('Content-Type', contentType)
          message.headers.delete('Content-Encoding')
          answerWith(message, body, contentType)
        },
      }
    },
  }),
  'status.Modifier': modifierType({
    options: Type.Object({ scope: SCOPE, statusCode: Type.Integer({ default: 0 }) }),
    directions: ['response'],
    compile: ({ statusCode }) => ({
      response(message) {
        // compat: a stream whose status is none goes out with 200; anything else is judged by it.
        message.statusCode = statusCode <= 0 && message.request.sent.wantsStream ? 200 : statusCode
      },
    }),
  }),
  'static.Modifier': modifierType({
    options: Type.Object({
      scope: SCOPE,
      rootPath: text(),
      explicitPaths: Type.Record(Type.String(), Type.String(), { default: {} }),
    }),
    compile({ rootPath, explicitPaths }) {
      const shelf = new FileShelf(rootPath, explicitPaths)
      return {
        request(message) {
          message.skipsCall = true
          if (message.scheme === 'https') message.scheme = 'http'
        },
        async response(message) {
          const { request } = message
          const isWhole = !request.headers.get('Range')
          const file = await shelf.open(message.url, isWhole && request.sent.wantsStream)
          if (file === null) {
            message.statusCode = 404
            return
          }
          message.headers.set('Content-Type', file.contentType)
          if (Buffer.isBuffer(file.body)) answerWith(message, file.body, file.contentType)
          else message.replaceBody(file.body, file.size)
        },
      }
    },
  }),
}

/** The whole body, or what of it the request asks for. */
function answerWith(message: ResponseMessage, body: Buffer, contentType: string): void {
  const field = message.request.headers.get('Range') ?? ''
  const ranges = field === '' ? 'all' : readRanges(field, body.length)
  if (ranges === 'all') {
    message.replaceBody(body, body.length)
    return
  }
  if (ranges === null) {
    message.statusCode = 416
    message.replaceBody(NO_BYTES, 0)
    return
  }
  message.statusCode = 206
  const [first] = ranges
  if (first !== undefined && ranges.length === 1) {
    const part = body.subarray(first.start, first.end + 1)
    message.headers.set('Content-Range', contentRange(first, body.length))
    message.replaceBody(part, part.length)
    return
  }
  const joined = joinRanges(body, ranges, contentType)
  message.headers.set('Content-Type', joined.contentType)
  message.replaceBody(joined.body, joined.body.length)
}
