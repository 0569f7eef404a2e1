// Who sends the telemetry: the attributes that describe the gateway as a whole.

import type { ProcessSite } from '../../engine/compile/component.ts'
import { type Attributes, attributesOf } from './metric-types.ts'

export interface ResourceOptions {
  readonly service_name: string
  readonly service_version: string
  readonly deploy_env: string
}

const DEFAULT_NAME = 'KrakenD'

/** `service.name`, `service.version`, `deployment.environment`, and what `OTEL_RESOURCE_ATTRIBUTES` adds. */
export function resourceOf(options: ResourceOptions, site: Pick<ProcessSite, 'config' | 'version' | 'environment'>): Attributes {
  const { service_name: name, service_version: version, deploy_env: environment } = options
  const own: [string, string][] = [
    ['service.name', name || site.config.service.name || DEFAULT_NAME],
    ['service.version', version || site.version.replace(/^Version /, '')],
  ]
  if (environment !== '') own.push(['deployment.environment', environment])
  return attributesOf([...fromEnvironment(site.environment['OTEL_RESOURCE_ATTRIBUTES'] ?? ''), ...own])
}

/** `team=blue,region=eu%20west`. */
function fromEnvironment(text: string): [string, string][] {
  return text.split(',').flatMap((part): [string, string][] => {
    const [key = '', ...rest] = part.split('=')
    if (rest.length === 0) return []
    return [[key.trim(), decode(rest.join('=').trim())]]
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
