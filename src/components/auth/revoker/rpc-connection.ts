// One connection of Go's net/rpc with the methods of KrakenD's revoker. Knows nothing of sockets.

import { GobDecoder } from './gob-decoder.ts'
import type { GobMessage } from './gob-decoder.ts'
import { GobEncoder } from './gob-encoder.ts'
import type { FieldValue, StructShape } from './gob-encoder.ts'
import { GobError, TooManyValues } from './gob-reader.ts'
import { textOf } from './gob-types.ts'
import type { GobStruct, GobValue } from './gob-types.ts'
import type { Revocations } from './revocations.ts'
import { unionBytes } from './union.ts'

const RESPONSE: StructShape = {
  name: 'Response',
  fields: [
    ['ServiceMethod', 'text'],
    ['Seq', 'uint'],
    ['Error', 'text'],
  ],
}
/** Stands in for the reply where there is an error. */
const NOTHING: StructShape = { name: '', fields: [] }

interface Method {
  readonly reply: StructShape
  /** Pauses after each part of the work. Throws a GobError whose message is the error of the response. */
  call(args: GobMessage, revocations: Revocations): Generator<undefined, FieldValue>
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  [
    'Add',
    {
      reply: { name: 'AddOutput', fields: [['Count', 'int']] },
      call: (args, revocations) => revocations.addInParts(elements(args, 'AddInput')),
    },
  ],
  [
    'Check',
    {
      reply: { name: 'CheckOutput', fields: [['Checks', 'bools']] },
      call: (args, revocations) => revocations.checkInParts(elements(args, 'CheckInput')),
    },
  ],
  [
    'Union',
    {
      reply: { name: 'UnionOutput', fields: [['Capacity', 'float']] },
      *call(args, revocations) {
        yield
        return yield* revocations.uniteInParts(marshaledFilter(args))
      },
    },
  ],
])

/** Elements of one call take no more than this; a union takes its filters in addition. */
const MAX_CALL_BYTES = 16 * 1024 * 1024
/** `BloomfilterRPC.Check` and what answers quote of others. */
const MAX_NAME_LENGTH = 200
export class RpcConnection {
  readonly #decoder: GobDecoder
  readonly #encoder = new GobEncoder()
  readonly #revocations: Revocations
  #header: GobStruct | null = null

  constructor(revocations: Revocations) {
    this.#revocations = revocations
    this.#decoder = new GobDecoder(maxCallBytes(revocations))
  }

  /** Memory of a call that is not complete. */
  get heldBytes(): number {
    return this.#decoder.heldBytes
  }

  /** Whether a call has begun that is not complete. */
  get isInCall(): boolean {
    return this.#header !== null || this.#decoder.isInMessage
  }

  /**
   * Takes bytes as they come, gives the answers to the calls they complete, in order. Throws when they are no gob.
   *
   * security: `undefined` is a pause in which others may have their turn: a call may take seconds of hashing.
   */
  *receive(chunk: Buffer): Generator<Buffer | undefined> {
    this.#decoder.push(chunk)
    for (;;) {
      let message: GobMessage | null
      try {
        message = this.#decoder.next()
      } catch (error) {
        if (!(error instanceof TooManyValues) || this.#header === null) throw error
        yield this.#fail(this.#header, error)
        this.#header = null
        continue
      }
      if (message === null) return
      if (this.#header === null) {
        this.#header = headerOf(message)
        continue
      }
      yield yield* this.#answer(this.#header, message)
      this.#header = null
    }
  }

  *#answer(header: GobStruct, args: GobMessage): Generator<undefined, Buffer> {
    const name = textOf(header['ServiceMethod'])
    try {
      const method = findMethod(name)
      const result = yield* method.call(args, this.#revocations)
      return Buffer.concat([this.#encoder.encode(RESPONSE, [name, seqOf(header)]), this.#encoder.encode(method.reply, [result])])
    } catch (error) {
      return this.#fail(header, error)
    }
  }

  #fail(header: GobStruct, error: unknown): Buffer {
    // zlib has errors of its own for filters that are no gzip.
    const text = error instanceof Error ? error.message : String(error)
    const response = this.#encoder.encode(RESPONSE, [textOf(header['ServiceMethod']), seqOf(header), text])
    return Buffer.concat([response, this.#encoder.encode(NOTHING, [])])
  }
}

/** The most that one call may take. */
export function maxCallBytes({ filter }: Revocations): number {
  return MAX_CALL_BYTES + unionBytes(filter)
}

function seqOf(header: GobStruct): number | bigint {
  return (header['Seq'] ?? 0) as number | bigint
}

function headerOf(message: GobMessage): GobStruct {
  const { type, value } = message
  if (type.kind !== 'struct') throw new GobError('no request')
  const header = value as GobStruct
  const seq = header['Seq'] ?? 0
  if (typeof seq !== 'number' && typeof seq !== 'bigint') throw new GobError('no request')
  if (textOf(header['ServiceMethod']).length > MAX_NAME_LENGTH) throw new GobError('no request')
  return header
}

function findMethod(serviceMethod: string): Method {
  const dot = serviceMethod.lastIndexOf('.')
  if (dot < 0) throw new GobError(`rpc: service/method request ill-formed: ${serviceMethod}`)
  if (serviceMethod.slice(0, dot) !== 'BloomfilterRPC') throw new GobError(`rpc: can't find service ${serviceMethod}`)
  const method = METHODS.get(serviceMethod.slice(dot + 1))
  if (method === undefined) throw new GobError(`rpc: can't find method ${serviceMethod}`)
  return method
}

/** What an argument must carry: a field of a type, with that type's name in Go's texts. */
interface Wanted {
  readonly struct: string
  readonly field: string
  readonly goType: string
  readonly isGood: (value: GobValue) => boolean
}

function isElementList(value: GobValue): boolean {
  return Array.isArray(value) && value.every((element) => Buffer.isBuffer(element))
}

function isMarshaled(value: GobValue): boolean {
  return Buffer.isBuffer(value)
}

function elements(args: GobMessage, struct: string): Buffer[] {
  return (findField(args, { struct, field: 'Elems', goType: '[][]uint8', isGood: isElementList }) ?? []) as Buffer[]
}

function marshaledFilter(args: GobMessage): Buffer {
  const found = findField(args, { struct: 'UnionInput', field: 'BF', goType: '*rotate.Bloomfilter', isGood: isMarshaled })
  if (found === undefined) throw new GobError('unable to union')
  return found as Buffer
}

/** Fields are matched by name, whatever the sender calls the type. */
function findField({ type, value }: GobMessage, { struct, field, goType, isGood }: Wanted): GobValue | undefined {
  if (type.kind !== 'struct') throw new GobError(`gob: type mismatch in decoder: want struct type rpc.${struct}; got non-struct`)
  if (type.fields.length > 0 && !type.fields.some((each) => each.name === field)) {
    throw new GobError(`gob: type mismatch: no fields matched compiling decoder for ${struct}`)
  }
  const found = (value as GobStruct)[field]
  if (found !== undefined && !isGood(found)) throw new GobError(`gob: wrong type (${goType}) for received field ${type.name}.${field}`)
  return found
}
