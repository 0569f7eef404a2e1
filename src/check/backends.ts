// What each backend says about itself: hosts, method, encoding, discovery. Knows nothing of the others.

import type { BackendConfig } from '../config/types.ts'
import { decoderNames } from '../encodings/names.ts'
import { backendProxyOptions } from '../engine/pipe/proxy-block.ts'
import { certainIssue, errorIssue, warningIssue, writeValue } from '../schema/issue.ts'
import type { Issue, IssuePath } from '../schema/issue.ts'
import { suggest } from '../schema/suggest.ts'
import { backendsOf, writtenAt } from './subject.ts'
import type { PlacedBackend, Rule } from './subject.ts'

const BACKEND_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']
/** Names of KrakenD Enterprise that mean what JSON means. */
const AS_JSON = ['fast-json']
/** Backends that are no HTTP servers need no host. */
const WITHOUT_HOST =
  /^backend\/(?:amqp|lambda|pubsub|static-filesystem)|^workflow$|^ai\/|^github\.com\/devopsfaith\/krakend-(?:amqp|lambda|pubsub)/

/** A value that is none of the names that mean something, with what it is taken for. */
function unknownValue(path: IssuePath, value: string, known: readonly string[], effect: string): Issue {
  const meant = suggest(value, known)
  const message = `"${value}" is no ${String(path.at(-1))}: ${effect}`
  const issue = warningIssue('unknown-value', path, message, meant === null ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`)
  return meant === null ? issue : { ...issue, fix: writeValue(path, meant) }
}

export const checkHosts: Rule = ({ config }) =>
  backendsOf(config).flatMap((placed) => {
    const { backend } = placed
    const isFree = [...backend.extraConfig.keys()].some((namespace) => WITHOUT_HOST.test(namespace))
    if (isFree) return []
    if (backend.hosts.length === 0) return [missingHost(placed)]
    return backend.disableHostSanitize ? checkSchemes(placed) : []
  })

function missingHost({ backend, endpoint }: PlacedBackend): Issue {
  const effect = endpoint.backends.length === 1 ? 'every request of this endpoint fails' : 'every call of this backend fails'
  const message = `there is no "host", here or at the top of the file: ${effect}`
  // No certain failure of the start: other endpoints are served, and KrakenD's own examples have such backends.
  return errorIssue('no-host', backend.at, message, 'write "host": ["http://name:port"]')
}

/** Hosts that nobody completes. */
function checkSchemes({ backend }: PlacedBackend): Issue[] {
  if (backend.sd !== '' && backend.sd !== 'static') return []
  return backend.hosts.flatMap((host, index) => {
    if (/^https?:\/\/|^unix:\/\/\//i.test(host)) return []
    const path = [...backend.at, 'host', index]
    const message = `"${host}" has no scheme that can be called, and "disable_host_sanitize" adds none: every call fails`
    const hint = /^wss?:\/\//i.test(host)
      ? 'write "http://…" and join WebSockets with "_gw/stream"'
      : `write "http://${host}", or leave "disable_host_sanitize" out`
    return [errorIssue('invalid-host', path, message, hint)]
  })
}

/** Adapters that others had built into KrakenD 1.x, with what does the same. */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['consul', 'Consul answers SRV look-ups: write "sd": "dns", "host": ["name.service.consul"] and "disable_host_sanitize": true'],
  ['eureka', 'publish the instances as SRV records ("sd": "dns") or in etcd ("sd": "etcd")'],
])

function replacedDiscovery({ at, sd }: BackendConfig, replacement: string): Issue {
  return errorIssue(
    'unknown-value',
    [...at, 'sd'],
    `there is no service discovery by "${sd}": the hosts are called as they are written`,
    replacement,
  )
}

function etcdWithoutStore({ at }: BackendConfig): Issue {
  const message = 'nothing says where etcd is: the hosts are called as they are written'
  return warningIssue('unknown-value', [...at, 'sd'], message, 'add "_gw/etcd" with its "machines" to the "extra_config" of the service')
}

export const checkDiscovery: Rule = ({ config, discoveries }) =>
  backendsOf(config).flatMap(({ backend }) => {
    const known = ['static', ...discoveries]
    const issues: Issue[] = []
    const replacement = REPLACED.get(backend.sd.toLowerCase())
    if (replacement !== undefined) issues.push(replacedDiscovery(backend, replacement))
    else if (backend.sd === 'etcd' && !config.extraConfig.has('_gw/etcd')) issues.push(etcdWithoutStore(backend))
    else if (backend.sd !== '' && !known.includes(backend.sd))
      issues.push(unknownValue([...backend.at, 'sd'], backend.sd, known, 'the hosts are called as they are written'))
    if (!['http', 'https'].includes(backend.sdScheme))
      issues.push(unknownValue([...backend.at, 'sd_scheme'], backend.sdScheme, ['http', 'https'], 'discovered hosts cannot be called'))
    return issues
  })

export const checkBackendMethods: Rule = ({ config, raw }) =>
  backendsOf(config).flatMap(({ backend }) => {
    const path = [...backend.at, 'method']
    if (BACKEND_METHODS.includes(backend.method) || typeof writtenAt(raw, path) !== 'string') return []
    return [unknownValue(path, backend.writtenMethod, BACKEND_METHODS, 'backends know no such request')]
  })

export const checkEncodings: Rule = ({ config, raw }) => {
  const known = decoderNames()
  const renders = [...config.quirks.renderNames, 'no-op']
  const issues = backendsOf(config).flatMap(({ backend }) => {
    const path = [...backend.at, 'encoding']
    if ([...known, ...AS_JSON].includes(backend.encoding)) return isOwnCase(backend) ? [] : [caseIssue(path, backend)]
    if (backend.encoding === '') return []
    return [unknownValue(path, backend.writtenEncoding, known, 'answers are read as JSON')]
  })
  const outputs: { at: IssuePath; outputEncoding: string }[] = [config.service, ...config.endpoints].map((place) => ({
    at: 'at' in place ? place.at : [],
    outputEncoding: place.outputEncoding,
  }))
  for (const { at, outputEncoding } of outputs) {
    const path = [...at, 'output_encoding']
    const isKnown = [...renders, ...AS_JSON].includes(outputEncoding)
    if (isKnown || typeof writtenAt(raw, path) !== 'string') continue
    issues.push(unknownValue(path, outputEncoding, renders, 'answers are written as the only backend’s encoding says, else as JSON'))
  }
  return issues
}

function isOwnCase({ encoding, writtenEncoding }: BackendConfig): boolean {
  return encoding === writtenEncoding
}

/** compat: decoders are found in any case, the renderer of an endpoint with one backend is not. */
function caseIssue(path: IssuePath, { encoding, writtenEncoding }: BackendConfig): Issue {
  const message = `"${writtenEncoding}" is read as "${encoding}", but no output_encoding follows from it: names are in lower case`
  return { ...warningIssue('value-case', path, message, `write "${encoding}"`), fix: writeValue(path, encoding) }
}

/** An endpoint whose backends only get copies answers nothing. */
export const checkShadows: Rule = ({ config }) =>
  config.endpoints.flatMap(({ backends, at }) => {
    if (backends.length === 0 || !backends.every((backend) => backendProxyOptions(backend).shadow)) return []
    const message = 'all backends are shadows, nobody waits for their answers: every request of this endpoint fails'
    return [certainIssue('requests', 'only-shadows', [...at, 'backend'], message, 'leave "shadow" out of one of them')]
  })
