// IP addresses, and Go's words for what is none.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainAddress } from './ip-address.ts'

const GOOD = [
  '0.0.0.0',
  '255.255.255.255',
  '::',
  '::1',
  '1::',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7::',
  'FFFF::1.2.3.4',
  '::1%eth0',
  '1:2:3:4:5:6:1.2.3.4',
]

/** Recorded from Go 1.25. */
const WRONG: Readonly<Record<string, string>> = {
  '': 'unable to parse IP',
  '1%a': 'missing IPv6 address',
  '1.2.3.x': 'unexpected character (at "x")',
  '1.2.3.04': 'IPv4 field has octet with leading zero',
  '1.2.3.256': 'IPv4 field has value >255',
  '1..2.3': 'IPv4 field must have at least one digit (at ".2.3")',
  '1.2.3.': 'IPv4 field must have at least one digit (at ".")',
  '1.2.3.4.5': 'IPv4 address too long',
  '1.2.3': 'IPv4 address too short',
  '::1%': 'zone must be a non-empty string',
  '12345::': 'each group must have 4 or less digits (at "12345::")',
  ':1': 'each colon-separated field must have at least one digit (at ":1")',
  '1:2.3.4.5': 'embedded IPv4 address must replace the final 2 fields of the address (at "2.3.4.5")',
  '::1:2:3:4:5:6:7:1.2.3.4': 'too many hex fields to fit an embedded IPv4 at the end of the address (at "1.2.3.4")',
  '::1.2.3': 'IPv4 address too short',
  '1:2é': 'unexpected character, want colon (at "é")',
  '1:2:': 'colon must be followed by more characters (at ":")',
  '1::2::3': 'multiple :: in address (at ":3")',
  '1:2:3:4:5:6:7:8:9': 'trailing garbage after address (at "9")',
  '1:2:3': 'address string too short',
  '1::2:3:4:5:6:7:8': 'the :: must expand to at least one field of zeros',
}

test('addresses of both versions, and what is wrong with others', () => {
  for (const text of GOOD) assert.equal(explainAddress(text), null, text)
  for (const [text, message] of Object.entries(WRONG)) assert.equal(explainAddress(text), `ParseAddr(${JSON.stringify(text)}): ${message}`)
})
