// Every key of a configuration file that KrakenD reads, in its order, by level. Data only.

/** `texts` is a list of texts, `map` an object of texts, `config` an `extra_config`. */
export type FieldKind = 'text' | 'integer' | 'number' | 'flag' | 'duration' | 'texts' | 'uint16s' | 'map' | 'config'

/** A key's kind, or the fields of an object, or of the objects of a list. */
export type Field = FieldKind | { readonly object: Fields } | { readonly list: Fields }
export type Fields = { readonly [key: string]: Field }

interface KindValues {
  text: string
  integer: number
  number: number
  flag: boolean
  /** Milliseconds. */
  duration: number
  texts: string[]
  uint16s: number[]
  map: Map<string, string>
  config: Map<string, unknown>
}

export type FieldValue<F> = F extends FieldKind
  ? KindValues[F]
  : F extends { readonly list: infer L extends Fields }
    ? FieldValues<L>[]
    : F extends { readonly object: infer O extends Fields }
      ? FieldValues<O> | null
      : never

/** What reading gives: every key is there, absent ones with Go's zero value. */
export type FieldValues<F extends Fields> = { -readonly [K in keyof F]: FieldValue<F[K]> }

export const backendFields = {
  group: 'text',
  method: 'text',
  host: 'texts',
  disable_host_sanitize: 'flag',
  url_pattern: 'text',
  deny: 'texts',
  allow: 'texts',
  mapping: 'map',
  encoding: 'text',
  is_collection: 'flag',
  target: 'text',
  sd: 'text',
  sd_scheme: 'text',
  timeout: 'duration',
  concurrent_calls: 'integer',
  extra_config: 'config',
  input_headers: 'texts',
  input_query_strings: 'texts',
} as const satisfies Fields

export const endpointFields = {
  endpoint: 'text',
  method: 'text',
  backend: { list: backendFields },
  concurrent_calls: 'integer',
  timeout: 'duration',
  cache_ttl: 'duration',
  input_query_strings: 'texts',
  extra_config: 'config',
  input_headers: 'texts',
  output_encoding: 'text',
} as const satisfies Fields

export const agentFields = {
  name: 'text',
  connection: { object: { max_retries: 'integer', backoff_strategy: 'text', health_interval: 'duration' } },
  consumer: { object: { timeout: 'duration', workers: 'integer', topic: 'text', max_rate: 'number' } },
  encoding: 'text',
  backend: { list: backendFields },
  extra_config: 'config',
} as const satisfies Fields

const keyPairFields = { public_key: 'text', private_key: 'text' } as const satisfies Fields

const tlsFields = {
  disabled: 'flag',
  ...keyPairFields,
  keys: { list: keyPairFields },
  ca_certs: 'texts',
  min_version: 'text',
  max_version: 'text',
  curve_preferences: 'uint16s',
  prefer_server_cipher_suites: 'flag',
  cipher_suites: 'uint16s',
  enable_mtls: 'flag',
  disable_system_ca_pool: 'flag',
} as const satisfies Fields

const clientTlsFields = {
  allow_insecure_connections: 'flag',
  ca_certs: 'texts',
  disable_system_ca_pool: 'flag',
  min_version: 'text',
  max_version: 'text',
  curve_preferences: 'uint16s',
  cipher_suites: 'uint16s',
  client_certs: { list: { certificate: 'text', private_key: 'text' } },
} as const satisfies Fields

export const serviceFields = {
  name: 'text',
  endpoints: { list: endpointFields },
  async_agent: { list: agentFields },
  timeout: 'duration',
  cache_ttl: 'duration',
  host: 'texts',
  port: 'integer',
  listen_ip: 'text',
  version: 'integer',
  output_encoding: 'text',
  extra_config: 'config',
  read_timeout: 'duration',
  write_timeout: 'duration',
  idle_timeout: 'duration',
  read_header_timeout: 'duration',
  max_header_bytes: 'integer',
  disable_keep_alives: 'flag',
  disable_compression: 'flag',
  max_idle_connections: 'integer',
  max_idle_connections_per_host: 'integer',
  idle_connection_timeout: 'duration',
  response_header_timeout: 'duration',
  expect_continue_timeout: 'duration',
  dialer_timeout: 'duration',
  dialer_fallback_delay: 'duration',
  dialer_keep_alive: 'duration',
  dns_cache_ttl: 'duration',
  disable_rest: 'flag',
  plugin: { object: { folder: 'text', pattern: 'text' } },
  tls: { object: tlsFields },
  client_tls: { object: clientTlsFields },
  use_h2c: 'flag',
  debug_endpoint: 'flag',
  echo_endpoint: 'flag',
  sequential_start: 'flag',
  max_shutdown_wait_time: 'duration',
  allow_insecure_connections: 'flag',
} as const satisfies Fields

export type RawService = FieldValues<typeof serviceFields>
export type RawEndpoint = FieldValues<typeof endpointFields>
export type RawBackend = FieldValues<typeof backendFields>
export type RawAgent = FieldValues<typeof agentFields>
