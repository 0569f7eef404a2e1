// Reads what arrived at a backend as strictly as HTTP/1.1 allows. Knows nothing of gateways.

const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \/[\x21-\x7e]* HTTP\/1\.1$/
// oxlint-disable-next-line no-control-regex -- control characters are what it refuses
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([^\x00-\x08\x0a-\x1f\x7f]*)$/
const CHUNK_LINE = /^[0-9a-f]{1,8}$/

export interface Reading {
  /** Complete requests. */
  readonly count: number
  /** What is wrong with the bytes, null when they are requests and perhaps the beginning of another. */
  readonly fault: string | null
}

/** Reads the bytes of one connection, one character each. */
export function readRequests(text: string): Reading {
  let rest = text
  for (let count = 0; ; count++) {
    const read = readOne(rest)
    if (typeof read === 'string') return { count, fault: read }
    if (read === null) return { count, fault: null }
    rest = rest.slice(read)
  }
}

/** The length of the request in front; null while it is incomplete, a text when it is none. */
function readOne(text: string): number | string | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return text !== '' && !/^[A-Z]/.test(text) ? `no method: ${JSON.stringify(text.slice(0, 40))}` : null
  const [line = '', ...lines] = text.slice(0, end).split('\r\n')
  if (!REQUEST_LINE.test(line)) return `request line ${JSON.stringify(line)}`
  const values = new Map<string, string[]>()
  for (const field of lines) {
    const [, name, value] = FIELD.exec(field) ?? []
    if (name === undefined || value === undefined) return `field ${JSON.stringify(field)}`
    const key = name.toLowerCase()
    values.set(key, [...(values.get(key) ?? []), value])
  }
  if (values.get('host')?.length !== 1) return 'not one Host'
  const lengths = values.get('content-length') ?? []
  const codings = values.get('transfer-encoding') ?? []
  if (lengths.length + codings.length > 1) return 'framed twice'
  if (codings.length === 1) return codings[0] === 'chunked' ? chunksEnd(text, end + 4) : `coding ${codings[0]}`
  if (lengths.length === 1 && !/^\d+$/.test(lengths[0] as string)) return `length ${lengths[0]}`
  const total = end + 4 + Number(lengths[0] ?? 0)
  return text.length >= total ? total : null
}

function chunksEnd(text: string, start: number): number | string | null {
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const line = text.slice(at, lineEnd)
    if (!CHUNK_LINE.test(line)) return `chunk line ${JSON.stringify(line)}`
    const size = Number.parseInt(line, 16)
    const next = lineEnd + 2 + size + 2
    if (text.length < next) return null
    if (text.slice(next - 2, next) !== '\r\n') return 'chunk without end'
    if (size === 0) return next
    at = next
  }
}
