// The options of `_gw/kafka`, and what of them cannot be. Knows no broker.

import { isIP } from 'node:net'
import type { Static } from 'typebox'
import { KAFKA_MECHANISMS, type KafkaTls } from '../../../brokers/kafka-access.ts'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { certainIssue, type Issue, type IssuePath, warningIssue } from '../../../schema/issue.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { Type } from '../../../schema/type.ts'

const tlsOptions = Type.Object({
  ca_certs: Type.Array(Type.String(), { default: [], description: 'Files with authorities that certificates of brokers may come from.' }),
  disable_system_ca_pool: Type.Boolean({ default: false, description: 'Those of the system do not count beside them.' }),
  client_certs: Type.Array(
    Type.Object({
      certificate: Type.String({ description: 'File with the certificate.' }),
      private_key: Type.String({ description: 'File with its key.' }),
    }),
    { default: [], description: 'What is shown to brokers that want a certificate: one, or one for each kind of key.' },
  ),
  server_name: Type.String({
    default: '',
    description:
      'The name that all brokers are asked for and that their certificates must have. Empty: each its own, as the cluster tells it.',
  }),
  allow_insecure_connections: Type.Boolean({ default: false, description: 'Any certificate of a broker will do.' }),
})

export const options = Type.Object({
  tls: Type.Union([Type.Boolean(), tlsOptions], {
    default: false,
    description: 'Whether brokers are spoken to over TLS. `true`: with the authorities of the system and nothing to show.',
  }),
  sasl: Type.Optional(
    Type.Object({
      mechanism: Type.Enum([...KAFKA_MECHANISMS], { description: 'How the password is proved. `PLAIN` sends it as it is.' }),
      username: Type.String({ description: 'Who logs in.' }),
      password: Type.String({
        description: 'With which password; `${env:NAME}` and `${file:PATH}` of `_gw/secrets` keep it out of the file.',
      }),
    }),
  ),
})

export type Options = Static<typeof options>

/** Null: brokers are spoken to in the open. */
export function tlsOf({ tls }: Options): KafkaTls | null {
  if (tls === false) return null
  const own = tls === true ? (readOptions(tlsOptions, {}, 'exact').value as Static<typeof tlsOptions>) : tls
  return {
    caCerts: own.ca_certs,
    disableSystemCaPool: own.disable_system_ca_pool,
    clientCerts: own.client_certs.map((pair) => ({ certificate: pair.certificate, privateKey: pair.private_key })),
    serverName: own.server_name,
    allowInsecureConnections: own.allow_insecure_connections,
  }
}

export function findProblems(given: Options, { readable }: Pick<CheckedBlock, 'readable'>): Issue[] {
  const tls = tlsOf(given)
  return [...(tls === null ? [] : findTlsProblems(tls, readable)), ...findLoginProblems(given, tls !== null)]
}

function findTlsProblems(tls: KafkaTls, readable: CheckedBlock['readable']): Issue[] {
  const { caCerts, disableSystemCaPool, serverName, allowInsecureConnections } = tls
  const issues = filesOf(tls).flatMap(([path, file]) => (readable(file) ? [] : [unreadable(path, file)]))
  if (isIP(serverName) !== 0) {
    const hint = 'leave it out: a certificate that has the address of its broker is accepted'
    issues.push(stopping(['tls', 'server_name'], `"${serverName}" is an address, which TLS cannot ask for`, hint))
  }
  if (allowInsecureConnections) {
    const message = 'whoever answers is taken for a broker, reads all messages and may change them'
    issues.push(warningIssue('unverified-brokers', ['tls', 'allow_insecure_connections'], message))
  } else if (disableSystemCaPool && caCerts.length === 0) {
    const message = 'no authority is trusted: every broker is refused'
    issues.push(stopping(['tls', 'disable_system_ca_pool'], message, 'name files in "ca_certs"'))
  }
  return issues
}

function findLoginProblems({ sasl }: Options, isOverTls: boolean): Issue[] {
  if (sasl === undefined) return []
  const empty = (['username', 'password'] as const).filter((name) => sasl[name] === '')
  const issues = empty.map((name) => stopping(['sasl', name], 'must not be empty'))
  if (isOverTls) return issues
  const seen = sasl.mechanism === 'PLAIN' ? 'the password travels readable' : 'whoever listens reads all messages, and can guess passwords'
  return [...issues, warningIssue('login-without-tls', ['sasl'], `there is no TLS: ${seen}`, 'write "tls": true')]
}

/** Files, each with where it is named. */
function filesOf({ caCerts, clientCerts }: KafkaTls): [IssuePath, string][] {
  return [
    ...caCerts.map((file, index): [IssuePath, string] => [['tls', 'ca_certs', index], file]),
    ...clientCerts.flatMap(({ certificate, privateKey }, index): [IssuePath, string][] => [
      [['tls', 'client_certs', index, 'certificate'], certificate],
      [['tls', 'client_certs', index, 'private_key'], privateKey],
    ]),
  ]
}

function unreadable(path: IssuePath, file: string): Issue {
  const message = `the file "${file}" cannot be read: the gateway does not start`
  return certainIssue('start', 'unreadable-file', path, message, 'paths begin where the gateway is started')
}

function stopping(path: IssuePath, message: string, hint = ''): Issue {
  return certainIssue('start', 'invalid-option', path, message, hint)
}
