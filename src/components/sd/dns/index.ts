// Service discovery by DNS SRV records (`"sd": "dns"`). Knows nothing of requests.

import { resolveSrv } from 'node:dns/promises'
import { perDialect } from '../../../config/dialect.ts'
import { discovery, type Host, type Hosts } from '../../../engine/compile/component.ts'
import { timerMs } from '../../../engine/timer-ms.ts'
import { toHosts, toLegacyHosts, type SrvRecord } from './srv-hosts.ts'

interface DnsQuirks {
  /** How often to look, whatever the file says; null: as it says. */
  readonly refreshMs: number | null
  readonly toHosts: (records: readonly SrvRecord[], scheme: string) => readonly Host[]
}

const VERSION_3: DnsQuirks = { refreshMs: null, toHosts }
const QUIRKS = perDialect(VERSION_3, { 2: { refreshMs: 30_000, toHosts: toLegacyHosts } })

/** Letters, digits, hyphens, underscores and dots: anything else (a scheme, a port) is no name to look up. */
const DOMAIN_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

const NO_HOSTS: readonly Host[] = []

export interface Watch {
  readonly name: string
  readonly refreshMs: number
  readonly lookUp: (name: string) => Promise<readonly SrvRecord[]>
  toHosts(records: readonly SrvRecord[]): readonly Host[]
  /** Told once for each outage, and when it is over. */
  report(problem: string | null): void
}

/** Looks a name up now and again; a failed look-up keeps the last list. */
export function watchRecords(watch: Watch): { hosts: Hosts; ready: Promise<void>; stop: () => void } {
  let hosts: readonly Host[] = []
  let known = ''
  let isFailing = false
  let isLooking = false
  const refresh = async (): Promise<void> => {
    // Answers of two look-ups could come in any order.
    if (isLooking) return
    isLooking = true
    try {
      const records = await watch.lookUp(watch.name)
      const found = textOf(records)
      if (found !== known) hosts = watch.toHosts(records)
      known = found
      if (isFailing) watch.report(null)
      isFailing = false
    } catch (error) {
      if (!isFailing) watch.report((error as Error).message)
      isFailing = true
    } finally {
      isLooking = false
    }
  }
  const timer = setInterval(() => void refresh(), timerMs(watch.refreshMs))
  timer.unref()
  return { hosts: () => hosts, ready: refresh(), stop: () => clearInterval(timer) }
}

/** The same for the same records: name servers give them in another order each time. */
function textOf(records: readonly SrvRecord[]): string {
  return records
    .map(({ name, port, priority, weight }) => `${priority} ${weight} ${port} ${name}`)
    .sort()
    .join('\n')
}

export const dns = discovery({
  name: 'dns',
  watch(backend, site) {
    const [name = ''] = backend.hosts
    const label = `${site.label}[SD: dns]`
    if (!DOMAIN_NAME.test(name)) {
      site.log.warning(
        `${label} "${name}" is no domain name to look SRV records up for: it needs "disable_host_sanitize": true and no port`,
      )
      return () => NO_HOSTS
    }
    const quirks = QUIRKS[site.config.dialect]
    const watched = watchRecords({
      name,
      refreshMs: quirks.refreshMs ?? site.config.service.dnsCacheTtlMs,
      lookUp: resolveSrv,
      toHosts: (records) => quirks.toHosts(records, backend.sdScheme),
      report: (problem) =>
        problem === null ? site.log.info(`${label} ${name} is found again`) : site.log.warning(`${label} looking up ${name}: ${problem}`),
    })
    site.waitFor(watched.ready)
    site.onRetire(watched.stop)
    return watched.hosts
  },
})
