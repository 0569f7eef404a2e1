// Finds what is wrong in the blocks of a configuration, without building anything.

import type { ConfigPath, Dialect, ExtraConfig, GatewayConfig } from '../../config/types.ts'
import type { Issue, IssuePath } from '../../schema/issue.ts'
import { readOptions } from '../../schema/read-options.ts'
import { checkCoreBlocks, type Level } from './check-core-blocks.ts'
import type { AnyComponent, DiscoveryDeclaration, Stage } from './component.ts'

export type { Level }
export type Configured = Exclude<AnyComponent, DiscoveryDeclaration>

/** Where in the file a stage's components are configured. */
const LEVELS: Readonly<Record<Stage, Level>> = {
  server: 'service',
  router: 'service',
  endpoint: 'endpoint',
  proxy: 'endpoint',
  backend: 'backend',
  sender: 'backend',
}

export function levelOf(component: Configured): Level {
  return component.kind === 'service' ? 'service' : LEVELS[component.stage]
}

export interface CheckOptions {
  /** Whether what KrakenD's `check` lets pass is an error where it switches a protection off or stops the start; else it is a warning. */
  readonly isStrict: boolean
}

/** Issues of every configured block: errors where a protection's block is wrong, else warnings. */
export function checkComponents(config: GatewayConfig, components: readonly AnyComponent[], { isStrict }: CheckOptions): Issue[] {
  const issues: Issue[] = []
  const check = (level: Level, at: ConfigPath, blocks: ExtraConfig): void => {
    for (const issue of checkCoreBlocks(level, blocks)) issues.push({ ...issue, path: [...at, 'extra_config', ...issue.path] })
    const seen = new Set<string>()
    for (const component of components) {
      if (component.kind === 'discovery' || !blocks.has(component.namespace) || seen.has(component.namespace)) continue
      if (levelOf(component) !== level) continue
      seen.add(component.namespace)
      for (const issue of checkBlock(component, blocks.get(component.namespace), config.dialect)) {
        const severity = isStrict || issue.code === 'wrong-type' ? issue.severity : 'warning'
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

/** Issues of one block, with paths that begin inside it. */
export function checkBlock(component: Configured, raw: unknown, dialect: Dialect): Issue[] {
  const { value, issues } = readOptions(component.options, raw, component.reading)
  const isFatal = value === null && (component.restricting || component.whenInvalid === 'stop')
  const found = issues.map((issue): Issue => (isFatal ? issue : { ...issue, severity: 'warning' }))
  if (value === null || component.check === undefined) return found
  // What the component itself says about an option is more exact than that its type is wrong.
  const own = component.check(value, { raw, dialect })
  return [...found.filter(({ path }) => !own.some((issue) => isAtOrBelow(issue.path, path))), ...own]
}

function isAtOrBelow(option: IssuePath, path: IssuePath): boolean {
  return option.length > 0 && option.every((step, index) => path[index] === step)
}
