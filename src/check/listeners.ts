// Where the gateway listens, how long it waits, and the files that TLS needs.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { ClientTlsConfig, GatewayConfig, ServerTlsConfig } from '../config/types.ts'
import { asError } from '../engine/errors.ts'
import { certainIssue, errorIssue, warningIssue, writeValue } from '../schema/issue.ts'
import type { Issue, IssuePath } from '../schema/issue.ts'
import { suggest } from '../schema/suggest.ts'
import { type CheckSubject, type Rule, writtenAt } from './subject.ts'

const MAX_PORT = 65_535
const TLS_VERSIONS = ['SSL3.0', 'TLS10', 'TLS11', 'TLS12', 'TLS13']

export const checkPort: Rule = ({
  config: {
    server: { port },
  },
}) =>
  port >= 0 && port <= MAX_PORT
    ? []
    : [
        certainIssue(
          'start',
          'invalid-port',
          ['port'],
          `${port} is no port, which is a number up to ${MAX_PORT}: the gateway does not start`,
        ),
      ]

/** Timeouts that no answer can keep. Numbers are told where the fields are. */
export const checkTimeouts: Rule = ({ config, raw }) => {
  const places: { at: IssuePath; timeoutMs: number }[] = [{ at: [], timeoutMs: config.service.timeoutMs }, ...config.endpoints]
  return places.flatMap(({ at, timeoutMs }) => {
    const path = [...at, 'timeout']
    const written = writtenAt(raw, path)
    if (typeof written !== 'string' || timeoutMs >= 1) return []
    return [errorIssue('invalid-timeout', path, `"${written}" is over before any backend can answer: every request fails`)]
  })
}

type Files = Pick<CheckSubject, 'readable' | 'contentOf'>

export const checkTls: Rule = ({ config, ...files }) => [
  ...(config.server.tls === null || config.server.tls.isDisabled ? [] : checkServerTls(config.server.tls, files)),
  ...(config.transport.clientTls === null ? [] : checkClientTls(config.transport.clientTls, files)),
]

function checkServerTls(tls: ServerTlsConfig, { readable, contentOf }: Files): Issue[] {
  const issues = checkVersions('tls', tls)
  if (tls.keys.length === 0) {
    const hint = 'write "keys": [{ "public_key": "cert.pem", "private_key": "key.pem" }], or "disabled": true'
    return [...issues, certainIssue('start', 'no-certificate', ['tls'], 'there is no certificate: the gateway does not start', hint)]
  }
  for (const [index, pair] of tls.keys.entries()) {
    const at: IssuePath = pair === tls.legacyPair ? ['tls'] : ['tls', 'keys', index]
    const files = [
      ['public_key', pair.publicKey],
      ['private_key', pair.privateKey],
    ] as const
    for (const [name, file] of files) {
      if (file === '')
        issues.push(certainIssue('start', 'no-certificate', [...at, name], `"${name}" is missing: the gateway does not start`))
      else if (!readable(file)) issues.push(missing([...at, name], file, 'the gateway does not start', 'start'))
    }
    const problem = explainPair(contentOf(pair.publicKey), contentOf(pair.privateKey))
    if (problem !== null) {
      const [name, file] = files[problem.of]
      const message = `"${file}" ${problem.reason}: the gateway does not start`
      issues.push(certainIssue('start', 'invalid-certificate', [...at, name], message, problem.hint))
    }
  }
  for (const [index, file] of tls.caCerts.entries()) {
    if (tls.enableMtls && !readable(file)) issues.push(missing(['tls', 'ca_certs', index], file, 'clients of that authority are refused'))
  }
  if (tls.enableMtls && tls.caCerts.length === 0 && tls.disableSystemCaPool)
    issues.push(
      errorIssue('no-authority', ['tls', 'enable_mtls'], 'no authority is trusted: every client is refused', 'name files in "ca_certs"'),
    )
  if (!tls.enableMtls && tls.caCerts.length > 0)
    issues.push(
      warningIssue('unused-authority', ['tls', 'ca_certs'], 'nobody reads them without "enable_mtls": clients need no certificate'),
    )
  return issues
}

/** What is wrong with a certificate (`of` 0) or its key (1); null when they fit, and when nobody can tell. */
function explainPair(certificate: Buffer | null, key: Buffer | null): { of: 0 | 1; reason: string; hint: string } | null {
  const leaf = certificate === null ? null : attempt(() => new X509Certificate(certificate))
  if (leaf instanceof Error) return { of: 0, reason: 'is no certificate in PEM', hint: 'it begins with -----BEGIN CERTIFICATE-----' }
  const own = key === null ? null : attempt(() => createPrivateKey(key))
  // security: what OpenSSL says of a key is not repeated.
  if (own instanceof Error) return { of: 1, reason: 'is no private key in PEM that can be read without a password', hint: '' }
  if (leaf === null || own === null || leaf.checkPrivateKey(own)) return null
  return { of: 1, reason: 'is not the key of the certificate', hint: 'the first certificate of the file is that of this server' }
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make()
  } catch (error) {
    return asError(error)
  }
}

function checkClientTls(tls: ClientTlsConfig, { readable, contentOf }: Files): Issue[] {
  const issues = checkVersions('client_tls', tls)
  for (const [index, file] of tls.caCerts.entries())
    if (!readable(file)) issues.push(missing(['client_tls', 'ca_certs', index], file, 'backends that need it cannot be reached'))
  for (const [index, { certificate, privateKey }] of tls.clientCerts.entries()) {
    const files = [
      ['certificate', certificate],
      ['private_key', privateKey],
    ] as const
    const effect = 'no backend is shown this certificate'
    for (const [name, file] of files) if (!readable(file)) issues.push(missing(['client_tls', 'client_certs', index, name], file, effect))
    const problem = explainPair(contentOf(certificate), contentOf(privateKey))
    if (problem === null) continue
    const [name, file] = files[problem.of]
    const path = ['client_tls', 'client_certs', index, name]
    issues.push(errorIssue('invalid-certificate', path, `"${file}" ${problem.reason}: ${effect}`, problem.hint))
  }
  return issues
}

function missing(path: IssuePath, file: string, effect: string, fails?: 'start'): Issue {
  const issue = errorIssue(
    'unreadable-file',
    path,
    `the file "${file}" cannot be read: ${effect}`,
    'paths begin where the gateway is started',
  )
  return fails === undefined ? issue : { ...issue, fails }
}

function checkVersions(section: string, tls: Pick<GatewayConfig['server']['tls'] & object, 'minVersion' | 'maxVersion'>): Issue[] {
  const written = [
    ['min_version', tls.minVersion],
    ['max_version', tls.maxVersion],
  ] as const
  return written.flatMap(([name, version]) => {
    if (version === '' || TLS_VERSIONS.includes(version)) return []
    const meant = suggest(version, TLS_VERSIONS) ?? /^TLSv?1\.([0-3])$/i.exec(version)?.[1] ?? null
    const right = meant === null || meant.startsWith('T') || meant.startsWith('S') ? meant : `TLS1${meant}`
    const message = `"${version}" is none of ${TLS_VERSIONS.map((text) => `"${text}"`).join(', ')}: the default counts`
    const path = [section, name]
    const issue = errorIssue('unknown-value', path, message, right === null ? '' : `did you mean "${right}"?`)
    return [right === null ? issue : { ...issue, fix: writeValue(path, right) }]
  })
}
