// One connection of Go's net/rpc with the methods of KrakenD's revoker. Knows nothing of sockets.

import { GobDecoder } from './gob-decoder.ts'
import type { GobMessage } from './gob-decoder.ts'
import { GobEncoder } from './gob-encoder.ts'
import type { FieldValue, StructShape } from './gob-encoder.ts'
import { GobError } from './gob-reader.ts'
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
  /** Throws a GobError whose message is the error of the response. */
  call(args: GobMessage, revocations: Revocations): FieldValue
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  [
    'Add',
    {
      reply: { name: 'AddOutput', fields: [['Count', 'int']] },
      call: (args, revocations) => revocations.add(elements(args, 'AddInput')),
    },
  ],
  [
    'Check',
    {
      reply: { name: 'CheckOutput', fields: [['Checks', 'bools']] },
      call: (args, revocations) => revocations.check(elements(args, 'CheckInput')),
    },
  ],
  [
    'Union',
    {
      reply: { name: 'UnionOutput', fields: [['Capacity', 'float']] },
      call: (args, revocations) => revocations.unite(marshaledFilter(args)),
    },
  ],
])

/** Elements of one call take no more than this; a union takes its filters in addition. */
const MAX_CALL_BYTES = 16 * 1024 * 1024

export class RpcConnection {
  readonly #decoder: GobDecoder
  readonly #encoder = new GobEncoder()
  readonly #revocations: Revocations
  #header: GobStruct | null = null

  constructor(revocations: Revocations) {
    this.#revocations = revocations
    this.#decoder = new GobDecoder(MAX_CALL_BYTES + unionBytes(revocations.filter))
  }

  /** Takes bytes as they come, gives the answers to the calls they complete, in order. Throws when they are no gob. */
  receive(chunk: Buffer): Buffer[] {
    const answers: Buffer[] = []
    this.#decoder.push(chunk)
    for (let message = this.#decoder.next(); message !== null; message = this.#decoder.next()) {
      if (this.#header === null) {
        this.#header = headerOf(message)
        continue
      }
      answers.push(this.#answer(this.#header, message))
      this.#header = null
    }
    return answers
  }

  #answer(header: GobStruct, args: GobMessage): Buffer {
    const name = textOf(header['ServiceMethod'])
    const seq = header['Seq'] as number | bigint | undefined
    try {
      const method = findMethod(name)
      const result = method.call(args, this.#revocations)
      return Buffer.concat([this.#encoder.encode(RESPONSE, [name, seq ?? 0]), this.#encoder.encode(method.reply, [result])])
    } catch (error) {
      // zlib has errors of its own for filters that are no gzip.
      const text = error instanceof Error ? error.message : String(error)
      return Buffer.concat([this.#encoder.encode(RESPONSE, [name, seq ?? 0, text]), this.#encoder.encode(NOTHING, [])])
    }
  }
}

function headerOf(message: GobMessage): GobStruct {
  const { type, value } = message
  if (type.kind !== 'struct') throw new GobError('no request')
  const header = value as GobStruct
  const seq = header['Seq'] ?? 0
  if (typeof seq !== 'number' && typeof seq !== 'bigint') throw new GobError('no request')
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
