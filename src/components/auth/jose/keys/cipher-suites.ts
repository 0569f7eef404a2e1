// IANA numbers of TLS cipher suites as OpenSSL names. Knows nothing of connections.

/** Suites of TLS 1.3: not configurable in KrakenD, always on. */
const MODERN = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

const NAMES = new Map<number, string>([
  [47, 'AES128-SHA'],
  [53, 'AES256-SHA'],
  [60, 'AES128-SHA256'],
  [156, 'AES128-GCM-SHA256'],
  [157, 'AES256-GCM-SHA384'],
  [49161, 'ECDHE-ECDSA-AES128-SHA'],
  [49162, 'ECDHE-ECDSA-AES256-SHA'],
  [49171, 'ECDHE-RSA-AES128-SHA'],
  [49172, 'ECDHE-RSA-AES256-SHA'],
  [49187, 'ECDHE-ECDSA-AES128-SHA256'],
  [49191, 'ECDHE-RSA-AES128-SHA256'],
  [49195, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [49196, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  [49199, 'ECDHE-RSA-AES128-GCM-SHA256'],
  [49200, 'ECDHE-RSA-AES256-GCM-SHA384'],
  [52392, 'ECDHE-RSA-CHACHA20-POLY1305'],
  [52393, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
])

/** What KrakenD offers a key server when the file says nothing. */
const DEFAULT_SUITES = [49199, 49195, 49200, 49196, 52392, 52393]

/** A list for OpenSSL. Numbers that it does not know are left out, as Go does; none at all means the default. */
export function cipherList(numbers: readonly number[]): string {
  const names = (numbers.length === 0 ? DEFAULT_SUITES : numbers).flatMap((number) => NAMES.get(number) ?? [])
  return [...MODERN, ...names].join(':')
}

/** Whether it can be IANA's number of a suite. */
export function isSuiteNumber(number: number): boolean {
  return number >= 0 && number <= 0xffff
}
