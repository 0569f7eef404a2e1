// Finds what is wrong in the blocks of a configuration, without building anything.

import type { ConfigPath, ExtraConfig, GatewayConfig } from '../config/types.ts'
import type { Issue } from '../schema/issue.ts'
import { readOptions } from '../schema/read-options.ts'
import type { AnyComponent, Stage } from './component.ts'

/** Where in the file a stage's components are configured. */
const LEVELS: Readonly<Record<Stage, 'service' | 'endpoint' | 'backend'>> = {
  server: 'service',
  router: 'service',
  endpoint: 'endpoint',
  proxy: 'endpoint',
  backend: 'backend',
  sender: 'backend',
}

/** Issues of every configured block: errors where a protection would be off or closed, else warnings. */
export function checkComponents(config: GatewayConfig, components: readonly AnyComponent[]): Issue[] {
  const issues: Issue[] = []
  const check = (level: 'service' | 'endpoint' | 'backend', at: ConfigPath, blocks: ExtraConfig): void => {
    const seen = new Set<string>()
    for (const component of components) {
      if (component.kind === 'discovery' || !blocks.has(component.namespace) || seen.has(component.namespace)) continue
      if ((component.kind === 'service' ? 'service' : LEVELS[component.stage]) !== level) continue
      seen.add(component.namespace)
      const reading = readOptions(component.options, blocks.get(component.namespace), component.reading)
      const isFatal = component.restricting && reading.value === null
      for (const issue of reading.issues) {
        const severity = isFatal && issue.severity === 'error' ? 'error' : 'warning'
        issues.push({ ...issue, severity, path: [...at, 'extra_config', component.namespace, ...issue.path] })
      }
    }
  }
  check('service', [], config.extraConfig)
  for (const endpoint of config.endpoints) {
    check('endpoint', endpoint.at, endpoint.extraConfig)
    for (const backend of endpoint.backends) check('backend', backend.at, backend.extraConfig)
  }
  return issues
}
