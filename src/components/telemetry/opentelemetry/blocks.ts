// The blocks that endpoints and backends have of their own, and how exporters must be called.

import { block } from '../../../engine/compile/component.ts'
import { type Issue, warningIssue } from '../../../schema/issue.ts'
import type { OpenedPort } from '../../../engine/compile/opened-ports.ts'
import { MAX_PORT } from '../../../go/host-port.ts'
import { originOf } from '../otlp-address.ts'
import { backendBlockOptions, endpointOptions, NAMESPACE, type ServiceOptions } from './options.ts'

const NO_ADDRESS = 'host and port are no address together: the collector gets nothing'

export const endpointBlock = block({ namespace: NAMESPACE, options: endpointOptions, reading: 'struct' })
export const backendBlock = block({ namespace: NAMESPACE, options: backendBlockOptions, reading: 'struct' })

/** What KrakenD says of the first name that is there twice, and where it stands; null when all differ. */
export function findDuplicate({ exporters }: ServiceOptions): { text: string; path: readonly (string | number)[] } | null {
  const names = new Set<string>()
  const kinds = [
    { key: 'otlp', what: 'OTLP exporter', list: exporters.otlp },
    { key: 'prometheus', what: 'prometheus', list: exporters.prometheus },
  ]
  for (const { key, what, list } of kinds)
    for (const [index, { name }] of list.entries()) {
      if (names.has(name))
        return { text: `${what} with duplicate name: ${name} (at idx ${index})`, path: ['exporters', key, index, 'name'] }
      names.add(name)
    }
  return null
}

export function checkExporters(options: ServiceOptions): Issue[] {
  const duplicate = findDuplicate(options)
  if (duplicate !== null)
    return [
      warningIssue('duplicate-exporter', duplicate.path, `${duplicate.text}: OpenTelemetry is off`, 'give each exporter a name of its own'),
    ]
  const { otlp, prometheus } = options.exporters
  return [
    ...prometheus.flatMap(({ port }, index) =>
      port >= 0 && port <= MAX_PORT
        ? []
        : [warningIssue('out-of-range', ['exporters', 'prometheus', index, 'port'], `there is no port ${port}: nothing can be scraped`)],
    ),
    ...otlp.flatMap((exporter, index) =>
      URL.canParse(originOf({ ...exporter, isHttp: exporter.use_http }))
        ? []
        : [
            warningIssue(
              'invalid-option',
              ['exporters', 'otlp', index, 'host'],
              NO_ADDRESS,
              'write the host in "host", its port in "port"',
            ),
          ],
    ),
  ]
}

/** Scraped there. */
export function opensPorts({ exporters }: ServiceOptions): OpenedPort[] {
  return exporters.prometheus.map(({ host, port }, index) => ({ host, port, path: [NAMESPACE, 'exporters', 'prometheus', index, 'port'] }))
}
