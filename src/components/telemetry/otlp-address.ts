// Where an OTLP exporter sends to, and how long it may take.

export interface OtlpAddress {
  /** Host, or `http://host` and `https://host`. */
  readonly host: string
  readonly port: number
  /** Protobuf over HTTP; else gRPC. */
  readonly isHttp: boolean
  /** Whether what is sent is packed with gzip; not by default. */
  readonly isCompressed?: boolean
}

/** Milliseconds until an export that is not answered has failed, its repetitions included. */
const EXPORT_TIMEOUT_MS = 10_000
const GIVE_UP_MS = EXPORT_TIMEOUT_MS + 2000

/** `http://host:4317`, with a scheme even where none is written, and brackets around IPv6. */
export function originOf({ host, port }: OtlpAddress): string {
  const [, scheme = 'http://', rest = ''] = /^(https?:\/\/)?(.*)$/i.exec(host) ?? []
  const name = rest.replace(/\/+$/, '') || 'localhost'
  return `${scheme.toLowerCase()}${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`
}

/** What exporters are made with, beside their URL. */
export function exportSettings({ isCompressed = false }: OtlpAddress): { readonly timeoutMillis: number } {
  return { timeoutMillis: EXPORT_TIMEOUT_MS, ...(isCompressed ? { compression: 'gzip' } : null) }
}

interface ExportResult {
  readonly code: number
  readonly error?: Error
}

interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void
}

/** One export as a promise. security: a collector that answers drop by drop keeps nobody waiting. */
export function exportOnce<T>(exporter: Exporter<T>, items: T): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error('no answer in time')), GIVE_UP_MS).unref()
  exporter.export(items, ({ code, error }) => {
    if (code === 0) resolve()
    else reject(new Error(describe(error)))
  })
  return promise.finally(() => clearTimeout(timer))
}

/** Several addresses that refuse are one error without a text. */
function describe(error: Error | undefined): string {
  if (error === undefined) return 'refused'
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : []
  return error.message || first?.message || ((error as NodeJS.ErrnoException).code ?? error.name)
}
