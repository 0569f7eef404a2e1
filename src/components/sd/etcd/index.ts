// Service discovery by etcd (`"sd": "etcd"`): the values under a key prefix are the hosts, and each change counts at once. Settings are KrakenD 1.x's.

import type { Static } from 'typebox'
import {
  type CheckedBlock,
  ConfigError,
  discovery,
  equalHosts,
  type Host,
  type Hosts,
  type Port,
  service,
  type Site,
} from '../../../engine/compile/component.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { certainIssue, errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { EtcdClient } from './etcd-client.ts'
import { watchHosts } from './watched-hosts.ts'

const NAMESPACE = '_gw/etcd'

const options = Type.Object({
  machines: Type.Array(Type.String(), {
    default: [],
    description: 'Addresses of etcd, `http://etcd:2379`; the next one is asked where one does not answer.',
  }),
  dial_timeout: Type.String({ default: '5s', description: 'How long a connection may take.' }),
  dial_keepalive: Type.String({ default: '30s', description: 'When a silent connection is probed.' }),
  header_timeout: Type.String({ default: '1s', description: 'How long an answer may take to begin.' }),
  cert: Type.String({ default: '', description: 'File with the certificate that the gateway shows.' }),
  key: Type.String({ default: '', description: 'File with its key.' }),
  cacert: Type.String({ default: '', description: 'File with the authority of etcd’s certificate; that of the system by default.' }),
})

type Options = Static<typeof options>

/** The store of this gateway. */
const etcdClients: Port<EtcdClient> = { name: 'etcd' }

export const etcdService = service({
  namespace: NAMESPACE,
  options,
  check,
  build(given, site) {
    const machines = given.machines.filter((machine) => URL.canParse(machine))
    if (machines.length === 0) {
      site.log.error(`${site.label}[SD: etcd] no machines: hosts are called as they are written`)
      return
    }
    const [ca, cert, key] = [given.cacert, given.cert, given.key].map((path) => (path === '' ? undefined : readFile(path, site)))
    const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
    const [dialTimeoutMs, keepAliveMs, headerTimeoutMs] = [
      millisecondsOf(given.dial_timeout, 5000),
      millisecondsOf(given.dial_keepalive, 30_000),
      millisecondsOf(given.header_timeout, 1000),
    ]
    site.provide(etcdClients, new EtcdClient({ machines, dialTimeoutMs, keepAliveMs, headerTimeoutMs, tls }))
  },
})

/** security: without them the gateway would speak to whoever answers, or not be let in. */
function readFile(path: string, site: Site): Buffer {
  try {
    return site.read(path)
  } catch (error) {
    throw new ConfigError(`${site.label} ${NAMESPACE}: ${(error as Error).message}`)
  }
}

function millisecondsOf(text: string, byDefault: number): number {
  const ms = parseDurationMs(text)
  return ms === null || ms <= 0 ? byDefault : ms
}

const NO_HOSTS: readonly Host[] = []

export const etcd = discovery({
  name: 'etcd',
  watch(backend, site) {
    const [client] = site.ask(etcdClients)
    const label = `${site.label}[SD: etcd]`
    const fixed = equalHosts(backend.hosts)
    if (client === undefined) {
      // compat: KrakenD takes any service discovery that it does not know for a fixed list.
      site.log.warning(`${label} there is no "${NAMESPACE}" at the service: hosts are called as they are written`)
      return () => fixed
    }
    const [prefix = ''] = backend.hosts
    if (prefix === '' || /^https?:\/\//i.test(prefix)) {
      site.log.warning(`${label} "${prefix}" is no prefix of keys: it needs "disable_host_sanitize": true`)
      return () => NO_HOSTS
    }
    return site.once(`etcd ${backend.sdScheme} ${prefix}`, () => watchPrefix(client, prefix, backend.sdScheme, site))
  },
})

function watchPrefix(client: EtcdClient, prefix: string, scheme: string, site: Site): Hosts {
  const label = `[SD: etcd] ${prefix}`
  const watched = watchHosts({
    client,
    prefix,
    scheme,
    report(problem) {
      if (problem === null) site.log.info(`${label} is found again`)
      else site.log.error(`${label} cannot be looked up, the last hosts stay: ${problem}`)
    },
    onInvalid: (value) => site.log.warning(`${label} a value is no host: ${value}`),
  })
  site.waitFor(watched.ready)
  site.onRetire(watched.stop)
  return watched.hosts
}

function check({ machines, cert, key, cacert, ...times }: Options, { readable }: CheckedBlock): Issue[] {
  const issues: Issue[] = []
  if (machines.length === 0)
    issues.push(errorIssue('missing-option', ['machines'], 'nothing says where etcd is: hosts are called as written'))
  for (const [index, machine] of machines.entries())
    if (!URL.canParse(machine)) issues.push(errorIssue('invalid-host', ['machines', index], `"${machine}" is no URL: ignored`))
  for (const [name, value] of Object.entries(times))
    if (parseDurationMs(value) === null)
      issues.push(warningIssue('invalid-option', [name], `"${value}" is no duration: the default counts`))
  for (const [name, path] of Object.entries({ cert, key, cacert }))
    if (path !== '' && !readable(path))
      issues.push(certainIssue('start', 'unreadable-file', [name], `the file "${path}" cannot be read: the gateway does not start`))
  return issues
}
