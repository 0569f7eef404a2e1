// `response`: what a pipe answered, for `post` scripts of lua-proxy and lua-backend.

import { discardBody } from '../../../engine/body.ts'
import { HeaderMap, type ReadonlyHeaders } from '../../../engine/headers.ts'
import type { PipeResponse } from '../../../engine/types.ts'
import { bufferOfBytes, bytesOfBuffer } from '../../../lua/bytes.ts'
import { checkBoolean, checkNumber, checkString } from '../../../lua/check.ts'
import { native } from '../../../lua/value.ts'
import { bodyProperty, property, receiver } from './arguments.ts'
import { headerMethods, type HeaderOwner } from './header-methods.ts'
import { ResponseData } from './response-data.ts'
import type { ScriptRun } from './run.ts'
import { addMethods, bindingType } from './userdata-type.ts'
import { TABLE, TableView } from './views.ts'

const NO_HEADERS = new HeaderMap()

export class ScriptResponse implements HeaderOwner {
  readonly run: ScriptRun
  isComplete: boolean
  statusCode: number
  #body: PipeResponse['body']
  #headers: HeaderMap | null = null
  #data: ResponseData | null = null
  readonly #base: PipeResponse

  constructor(run: ScriptRun, base: PipeResponse) {
    this.run = run
    this.#base = base
    this.isComplete = base.isComplete
    this.statusCode = base.statusCode
    this.#body = base.body
  }

  get data(): ResponseData {
    this.#data ??= new ResponseData(this.#base.data)
    return this.#data
  }

  get headers(): ReadonlyHeaders {
    return this.#headers ?? this.#base.headers ?? NO_HEADERS
  }

  writableHeaders(): HeaderMap {
    this.#headers ??= this.headers.copy()
    return this.#headers
  }

  get body(): PipeResponse['body'] {
    return this.#body
  }

  set body(body: Buffer) {
    discardBody(this.#body)
    this.#body = body
    if (this.headers.has('Content-Length')) this.writableHeaders().delete('Content-Length')
  }

  /** What goes on to the client. Throws a GatewayError for data that cannot be written. */
  toResponse(): PipeResponse {
    const base = this.#base
    const data = this.#data === null ? base.data : this.#data.toData()
    return {
      ...base,
      data,
      isComplete: this.isComplete,
      statusCode: this.statusCode,
      headers: this.#headers ?? base.headers,
      body: this.#body,
    }
  }
}

const response = receiver(ScriptResponse, 'response')

export const RESPONSE = bindingType()

addMethods(RESPONSE, {
  isComplete: property(response, {
    get: (self) => self.isComplete,
    set: (self, thread, args) => void (self.isComplete = checkBoolean(thread, args, 1)),
  }),
  statusCode: property(response, {
    get: (self) => self.statusCode,
    set: (self, thread, args) => void (self.statusCode = Math.trunc(checkNumber(thread, args, 1))),
  }),
  data: native((thread, ...args) => {
    const { run, data } = response(thread, args)
    return run.wrap(TABLE, new TableView(run, data.object, data))
  }),
  ...headerMethods(response, { readsExactly: true, hidden: null }),
  body: bodyProperty(response, {
    get(self, thread) {
      if (self.body === null) return ''
      if (!Buffer.isBuffer(self.body)) return thread.raise('the body is not there: a script that reads it has to name "body"')
      return bytesOfBuffer(self.body)
    },
    set: (self, thread, args) => void (self.body = bufferOfBytes(checkString(thread, args, 1))),
  }),
})
