// What a collector of OTLP was sent, for tests: spans with their attributes, as far as texts and numbers go.

export interface SentSpan {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of a status of error. */
  readonly statusText: string
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[]
}

type Fields = Map<number, (Buffer | bigint)[]>

/** The fields of a protobuf message. */
function decode(bytes: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = bytes[at++] as number
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
      shift += 7n
    }
  }
  const take = (length: number): Buffer => bytes.subarray(at, (at += length))
  while (at < bytes.length) {
    const tag = Number(varint())
    const kind = tag & 7
    const value = kind === 0 ? varint() : take(kind === 2 ? Number(varint()) : kind === 1 ? 8 : 4)
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields
}

const messages = (bytes: Buffer, field: number): Buffer[] => (decode(bytes).get(field) ?? []) as Buffer[]
const textOf = (bytes: Buffer, field: number): string => String(messages(bytes, field)[0] ?? '')

function valueOf(bytes: Buffer): unknown {
  const [[field, values] = [0, []]] = decode(bytes)
  const [value] = values
  if (field === 1) return String(value)
  if (field === 2) return value !== 0n
  if (field === 3) return Number(value)
  if (field === 4) return (value as Buffer).readDoubleLE(0)
  return messages(value as Buffer, 1).map(valueOf)
}

function attributesOf(bytes: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(messages(bytes, field).map((pair) => [textOf(pair, 1), valueOf(messages(pair, 2)[0] ?? Buffer.alloc(0))]))
}

/** The spans of a request to `/v1/traces`. */
export function spansIn(request: Buffer): SentSpan[] {
  const whole = messages(request, 1).flatMap((resource) => messages(resource, 2).flatMap((scope) => messages(scope, 2)))
  return whole.map((span) => ({
    name: textOf(span, 5),
    attributes: attributesOf(span, 9),
    statusText: textOf(messages(span, 15)[0] ?? Buffer.alloc(0), 2),
    events: messages(span, 11).map((event) => ({ name: textOf(event, 2), attributes: attributesOf(event, 3) })),
  }))
}

/** The conventions that the words of a request follow. */
export function schemaOf(request: Buffer): string {
  return textOf(messages(request, 1)[0] ?? Buffer.alloc(0), 3)
}
