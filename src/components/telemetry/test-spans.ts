// What a collector of OTLP was sent, for tests: spans with their attributes, as far as texts and numbers go.

export interface SentSpan {
  readonly name: string
  /** In hexadecimal digits, as that of the parent; empty without one. */
  readonly traceId: string
  readonly id: string
  readonly parent: string
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

/** Messages below a path of field numbers. */
export function below(bytes: Buffer, ...path: number[]): Buffer[] {
  return path.reduce((list, number) => list.flatMap((each) => (decode(each).get(number) ?? []) as Buffer[]), [bytes])
}

const textOf = (bytes: Buffer, ...path: number[]): string => String(below(bytes, ...path)[0] ?? '')
const hexOf = (bytes: Buffer, field: number): string => below(bytes, field)[0]?.toString('hex') ?? ''

function valueOf(bytes: Buffer): unknown {
  const [[field, values] = [0, []]] = decode(bytes)
  const [value] = values
  if (field === 1) return String(value)
  if (field === 2) return value !== 0n
  if (field === 3) return Number(value)
  if (field === 4) return (value as Buffer).readDoubleLE(0)
  return below(value as Buffer, 1).map(valueOf)
}

function attributesOf(bytes: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(below(bytes, field).map((pair) => [textOf(pair, 1), valueOf(below(pair, 2)[0] ?? Buffer.alloc(0))]))
}

/** The spans of a request to `/v1/traces`. */
export function spansIn(request: Buffer): SentSpan[] {
  return below(request, 1, 2, 2).map((span) => ({
    name: textOf(span, 5),
    traceId: hexOf(span, 1),
    id: hexOf(span, 2),
    parent: hexOf(span, 4),
    attributes: attributesOf(span, 9),
    statusText: textOf(span, 15, 2),
    events: below(span, 11).map((event) => ({ name: textOf(event, 2), attributes: attributesOf(event, 3) })),
  }))
}

/** The conventions that the words of a request follow. */
export function schemaOf(request: Buffer): string {
  return textOf(request, 1, 3)
}
