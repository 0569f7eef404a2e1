// What the URLs of SQS and SNS say of the client: region, endpoint and the like.

import { quote } from '../../go/quote.ts'
import type { AwsSettings } from '../aws.ts'
import { type Address, parameterOf } from './address.ts'
import { readFlag } from './parameters.ts'
import { OpenError } from './scheme.ts'

/** Those of gocloud. The last ones are known, without effect: this SDK has no such switches, or only one way. */
export const AWS_PARAMETERS = [
  'region',
  'endpoint',
  'profile',
  'anonymous',
  'dualstack',
  'fips',
  'hostname_immutable',
  'rate_limiter_capacity',
  'request_checksum_calculation',
  'response_checksum_validation',
  'awssdk',
]

/** Throws an OpenError. */
export function readSettings(address: Address): AwsSettings {
  const [region, endpoint, profile] = ['region', 'endpoint', 'profile'].map((name) => parameterOf(address, name)) as [
    string,
    string,
    string,
  ]
  if (endpoint !== '' && !URL.canParse(endpoint)) throw new OpenError(`open ${address.url}: the endpoint ${quote(endpoint)} is no URL`)
  return {
    ...(region !== '' && { region }),
    ...(endpoint !== '' && { endpoint }),
    ...(profile !== '' && { profile }),
    isAnonymous: readFlag(address, 'anonymous'),
    useDualstackEndpoint: readFlag(address, 'dualstack'),
    useFipsEndpoint: readFlag(address, 'fips'),
  }
}

/** Addresses with the same settings share a client. */
export function clientKeyOf(address: Address): string {
  return AWS_PARAMETERS.map((name) => parameterOf(address, name)).join(' ')
}

/** How a client is called in the log: `eu-west-1`, `http://127.0.0.1:4566`. */
export function clientNameOf(address: Address): string {
  const { region = 'default region', endpoint } = readSettings(address)
  return endpoint === undefined ? region : new URL(endpoint).origin
}
