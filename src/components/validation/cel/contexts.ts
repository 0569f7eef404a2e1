// What expressions read in each phase. Maps are made when the first expression asks for them, and kept for the others.

import { Data } from '../../../engine/data.ts'
import type { Claims } from '../../../engine/ports.ts'
import type { PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { DataMap, HeaderFieldsMap, JsonMap, ParamsMap, QueryMap } from './maps.ts'
import { formatNow } from './now.ts'

/** When the request came to the layer. */
class Timed {
  readonly startMs: number

  constructor(startMs: number) {
    this.startMs = startMs
  }

  get now(): string {
    return formatNow(this.startMs, -new Date(this.startMs).getTimezoneOffset())
  }
}

export class RequestContext extends Timed {
  readonly request: PipeRequest
  #params: ParamsMap | null = null
  #headers: HeaderFieldsMap | null = null
  #query: QueryMap | null = null

  constructor(request: PipeRequest, startMs: number) {
    super(startMs)
    this.request = request
  }

  get params(): ParamsMap {
    return (this.#params ??= new ParamsMap(this.request.params))
  }

  get headers(): HeaderFieldsMap {
    return (this.#headers ??= new HeaderFieldsMap(this.request.headers))
  }

  get query(): QueryMap {
    return (this.#query ??= new QueryMap(this.request.query))
  }
}

export class ResponseContext extends Timed {
  readonly response: PipeResponse
  #headers: HeaderFieldsMap | null = null
  #data: DataMap | null = null

  constructor(response: PipeResponse, startMs: number) {
    super(startMs)
    this.response = response
  }

  /** null where the answer has none to pass on. */
  get headers(): HeaderFieldsMap | null {
    const { headers } = this.response
    return headers === null ? null : (this.#headers ??= new HeaderFieldsMap(headers))
  }

  get data(): DataMap {
    return (this.#data ??= new DataMap(this.response.data ?? Data.EMPTY))
  }
}

export class ClaimsContext extends Timed {
  readonly claims: JsonMap

  constructor(claims: Claims, startMs: number) {
    super(startMs)
    this.claims = new JsonMap(claims, 'double')
  }
}
