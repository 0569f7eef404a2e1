// The blocks that endpoints and backends have of their own, and how exporters must be called.

import { block } from '../../../engine/compile/component.ts'
import { type Issue, warningIssue } from '../../../schema/issue.ts'
import { backendBlockOptions, endpointOptions, NAMESPACE, type ServiceOptions } from './options.ts'

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
  if (duplicate === null) return []
  return [
    warningIssue('duplicate-exporter', duplicate.path, `${duplicate.text}: OpenTelemetry is off`, 'give each exporter a name of its own'),
  ]
}
