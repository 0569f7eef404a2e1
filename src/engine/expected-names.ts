// Header names that requests and answers will have, as far as they can be known before the first comes.

import type { GatewayConfig } from '../config/types.ts'

/** Canonical; what ordinary clients and backends send. */
const ORDINARY = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Ranges',
  'Access-Control-Allow-Origin',
  'Access-Control-Request-Headers',
  'Access-Control-Request-Method',
  'Age',
  'Authorization',
  'Cache-Control',
  'Connection',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'Cookie',
  'Date',
  'Etag',
  'Expires',
  'Host',
  'If-Modified-Since',
  'If-None-Match',
  'Keep-Alive',
  'Last-Modified',
  'Location',
  'Origin',
  'Pragma',
  'Range',
  'Referer',
  'Server',
  'Set-Cookie',
  'Transfer-Encoding',
  'User-Agent',
  'Vary',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Via',
  'X-Real-Ip',
  'X-Request-Id',
]

/** The names that a configuration lists and those that everybody uses, as they are written and in the lower case of HTTP/2. */
export function expectedNames(config: Pick<GatewayConfig, 'endpoints'>): Set<string> {
  const names = new Set<string>()
  const add = (name: string): void => void names.add(name).add(name.toLowerCase())
  ORDINARY.forEach(add)
  for (const { inputHeaders, backends } of config.endpoints) {
    inputHeaders.forEach(add)
    for (const backend of backends) backend.inputHeaders.forEach(add)
  }
  return names
}
