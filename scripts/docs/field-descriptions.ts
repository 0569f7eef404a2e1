// What the fields of a file mean, for editors. Which fields there are is said by src/config/fields.ts.

import type { agentFields, backendFields, endpointFields, serviceFields } from '../../src/config/fields.ts'

type Described<F> = Readonly<Record<keyof F, string>>

export const backendDescriptions: Described<typeof backendFields> = {
  group: 'The answer becomes an object under this name.',
  method: 'Method of the call. Default: that of the endpoint.',
  host: 'Hosts with their scheme; requests are spread over them.',
  disable_host_sanitize: 'Take hosts exactly as written; needed for service discovery.',
  url_pattern: 'Path at the backend; {name} is a parameter of the endpoint.',
  deny: 'Fields that are removed from the answer, dotted.',
  allow: 'The only fields that are kept, dotted.',
  mapping: 'New names of fields.',
  encoding: 'How answers are read: json (default), safejson, string, xml, rss, no-op.',
  is_collection: 'The answer is a list, which becomes the field "collection".',
  target: 'The part of the answer to take, dotted.',
  sd: 'Service discovery: static (default), dns or etcd.',
  sd_scheme: 'Scheme of discovered hosts. Default: http.',
  timeout: 'How long the call may take. Default: that of the endpoint.',
  concurrent_calls: 'How many equal calls are made at once; the first good answer counts.',
  extra_config: 'Blocks of components.',
  input_headers: 'Headers that this backend gets, of those that the endpoint lets in.',
  input_query_strings: 'Query strings that this backend gets, of those that the endpoint lets in.',
}

export const endpointDescriptions: Described<typeof endpointFields> = {
  endpoint: 'Path, with parameters in braces: /users/{id}.',
  method: 'Method. Default: GET.',
  backend: 'Backends whose answers are merged.',
  concurrent_calls: 'How many equal calls each backend gets at once.',
  timeout: 'How long a request may take. Default: that of the service.',
  cache_ttl: 'max-age of the answer’s Cache-Control.',
  input_query_strings: 'Query strings that reach the backends; "*" for all.',
  extra_config: 'Blocks of components.',
  input_headers: 'Headers that reach the backends; "*" for all.',
  output_encoding: 'How answers are written: json (default), fast-json, json-collection, negotiate, string, xml, yaml, no-op.',
}

export const agentDescriptions: Described<typeof agentFields> = {
  name: 'Its name in the log and in the health check.',
  connection: 'How a lost connection is made again.',
  consumer: 'What is consumed, and how fast.',
  encoding: 'How messages are read.',
  backend: 'Backends that get the messages.',
  extra_config: 'Blocks of components.',
}

export const serviceDescriptions: Described<typeof serviceFields> = {
  name: 'Name of the service.',
  endpoints: 'What clients may ask for.',
  async_agent: 'What is consumed from queues.',
  timeout: 'How long a request may take. Default: 2s.',
  cache_ttl: 'max-age of answers’ Cache-Control.',
  host: 'Hosts of backends that have none.',
  port: 'TCP port. Default: 8080.',
  listen_ip: 'Address to listen at. Default: all.',
  version: 'Version of the format of this file: 2 is KrakenD 1.x, 3 is KrakenD 2.x, 4 is KrakenD 3.x.',
  output_encoding: 'How answers are written where endpoints do not say so.',
  extra_config: 'Blocks of components.',
  read_timeout: 'How long reading a request may take. 0: no limit.',
  write_timeout: 'How long writing an answer may take. 0: no limit.',
  idle_timeout: 'How long a connection without requests stays open.',
  read_header_timeout: 'How long reading the header of a request may take.',
  max_header_bytes: 'Bytes of a request header. Default: 1048576.',
  disable_keep_alives: 'A new connection for every call of a backend.',
  disable_compression: 'Backends are not asked for compressed answers.',
  max_idle_connections: 'Unused connections to all backends that stay open.',
  max_idle_connections_per_host: 'Unused connections to one host that stay open. Default: 250.',
  idle_connection_timeout: 'How long an unused connection to a backend stays open.',
  response_header_timeout: 'How long a backend’s header may take. 0: no limit.',
  expect_continue_timeout: 'How long a backend’s 100 Continue is waited for.',
  dialer_timeout: 'How long a connection may take to be made.',
  dialer_fallback_delay: 'How long IPv6 is tried alone.',
  dialer_keep_alive: 'How often connections are probed.',
  dns_cache_ttl: 'How often discovered hosts are looked up. Default: 30s.',
  disable_rest: 'Paths need not be RESTful: parameters may be parts of a segment.',
  plugin: 'Where plugins are.',
  tls: 'Serve https.',
  client_tls: 'TLS towards backends.',
  use_h2c: 'Serve HTTP/2 without TLS.',
  debug_endpoint: 'Serve /__debug/.',
  echo_endpoint: 'Serve /__echo/.',
  sequential_start: 'Start async agents one after the other.',
  max_shutdown_wait_time: 'How long requests may take to end when the gateway stops. 0: no limit.',
  allow_insecure_connections: 'Certificates of backends are not checked.',
}
