// What else editors say about fields: defaults, values to choose from, bounds, what is out of date, and the fields of objects below the levels.

/** Parts of a JSON Schema that a field gets beside its type. */
export type Detail = Readonly<Record<string, unknown>>

/** `known` values are offered; others are a mistake unless `isOpen`. */
interface Choice {
  readonly values: readonly string[]
  readonly isOpen?: true
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const DECODERS = ['json', 'safejson', 'fast-json', 'string', 'xml', 'rss', 'no-op']
const RENDERS = ['json', 'fast-json', 'json-collection', 'negotiate', 'string', 'xml', 'yaml', 'no-op']
const TLS_VERSIONS: Choice = { values: ['TLS10', 'TLS11', 'TLS12', 'TLS13', 'SSL3.0'] }

/** By level and field; fields of objects by their dotted name. */
export const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  service: {
    timeout: '2s',
    cache_ttl: '0s',
    host: [],
    port: 8080,
    listen_ip: '',
    output_encoding: 'json',
    read_timeout: '0s',
    write_timeout: '0s',
    idle_timeout: '0s',
    read_header_timeout: '0s',
    max_header_bytes: 1_048_576,
    disable_keep_alives: false,
    disable_compression: false,
    max_idle_connections: 0,
    max_idle_connections_per_host: 250,
    idle_connection_timeout: '0s',
    response_header_timeout: '0s',
    expect_continue_timeout: '0s',
    dialer_timeout: '0s',
    dns_cache_ttl: '30s',
    disable_rest: false,
    use_h2c: false,
    debug_endpoint: false,
    echo_endpoint: false,
    sequential_start: false,
    max_shutdown_wait_time: '0s',
    allow_insecure_connections: false,
    'tls.disabled': false,
    'tls.enable_mtls': false,
    'tls.disable_system_ca_pool': false,
    'client_tls.allow_insecure_connections': false,
    'client_tls.disable_system_ca_pool': false,
  },
  endpoint: { method: 'GET', concurrent_calls: 1, input_headers: [], input_query_strings: [] },
  backend: { encoding: 'json', is_collection: false, disable_host_sanitize: false, sd: 'static', sd_scheme: 'http', allow: [], deny: [] },
  agent: { 'connection.max_retries': 0, 'connection.health_interval': '1s', 'consumer.workers': 1, 'consumer.max_rate': 0 },
}

export const CHOICES: Readonly<Record<string, Readonly<Record<string, Choice>>>> = {
  service: {
    output_encoding: { values: RENDERS },
    'tls.min_version': TLS_VERSIONS,
    'tls.max_version': TLS_VERSIONS,
    'client_tls.min_version': TLS_VERSIONS,
    'client_tls.max_version': TLS_VERSIONS,
  },
  endpoint: { method: { values: [...METHODS, ...METHODS.map((method) => method.toLowerCase())] }, output_encoding: { values: RENDERS } },
  backend: {
    method: { values: [...METHODS, 'HEAD'], isOpen: true },
    encoding: { values: DECODERS },
    sd: { values: ['static', 'dns', 'etcd'] },
    sd_scheme: { values: ['http', 'https'], isOpen: true },
  },
  agent: {
    encoding: { values: DECODERS },
    'connection.backoff_strategy': { values: ['fallback', 'linear', 'linear-jitter', 'exponential', 'exponential-jitter'], isOpen: true },
  },
}

export const BOUNDS: Readonly<Record<string, Readonly<Record<string, Detail>>>> = { service: { port: { minimum: 0, maximum: 65_535 } } }

/** What to write instead. */
export const DEPRECATED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  service: {
    'tls.public_key': 'Use "keys".',
    'tls.private_key': 'Use "keys".',
    'tls.prefer_server_cipher_suites': 'Without effect since TLS 1.3.',
    allow_insecure_connections: 'Use "client_tls".',
  },
  endpoint: {},
  backend: {},
  agent: {},
}

export const NESTED: Readonly<Record<string, string>> = {
  'plugin.folder': 'Folder of the plugins.',
  'plugin.pattern': 'What the names of their files contain.',
  'tls.disabled': 'Serve without TLS although this block is here.',
  'tls.public_key': 'Path to a certificate.',
  'tls.private_key': 'Path to the key of the certificate.',
  'tls.keys':
    'Certificates with their keys; clients get the one for the name they ask for. Where all are for the same names, one with an RSA and one with an ECDSA key, each client gets one that it can check.',
  'tls.keys.public_key': 'Path to a certificate.',
  'tls.keys.private_key': 'Path to the key of the certificate.',
  'tls.ca_certs': 'Paths to certificates of authorities, for the certificates of clients.',
  'tls.min_version': 'Oldest version that clients may speak.',
  'tls.max_version': 'Newest version that clients may speak.',
  'tls.curve_preferences':
    'Numbers of elliptic curves, the preferred one first: 23 is P-256, 24 P-384, 25 P-521, 29 X25519, 4587 to 4589 those with ML-KEM.',
  'tls.prefer_server_cipher_suites': 'The gateway chooses the cipher suite.',
  'tls.cipher_suites': 'Numbers of the cipher suites up to TLS 1.2.',
  'tls.enable_mtls': 'Clients need a certificate, too.',
  'tls.disable_system_ca_pool': 'The authorities of the system do not count for clients.',
  'client_tls.allow_insecure_connections': 'Certificates of backends are not checked.',
  'client_tls.ca_certs': 'Paths to certificates of authorities, for the certificates of backends.',
  'client_tls.disable_system_ca_pool': 'The authorities of the system do not count for backends.',
  'client_tls.min_version': 'Oldest version that backends may speak.',
  'client_tls.max_version': 'Newest version that backends may speak.',
  'client_tls.curve_preferences': 'Numbers of elliptic curves, the preferred one first.',
  'client_tls.cipher_suites': 'Numbers of the cipher suites up to TLS 1.2.',
  'client_tls.client_certs': 'Certificates that the gateway shows to backends.',
  'client_tls.client_certs.certificate': 'Path to a certificate.',
  'client_tls.client_certs.private_key': 'Path to the key of the certificate.',
  'connection.max_retries': 'How often a lost connection is tried anew. 0: for ever.',
  'connection.backoff_strategy': 'How long is waited between tries.',
  'connection.health_interval': 'How often the agent says that it lives.',
  'consumer.timeout': 'How long the backends may take for a message. Default: that of the service.',
  'consumer.workers': 'How many messages are worked on at once.',
  'consumer.topic': 'What is consumed.',
  'consumer.max_rate': 'Messages per second at most. 0: any number.',
}
