// The service's block `telemetry/logstash`: each message of the log becomes a JSON object.

import type { ExtraConfig } from '../config/types.ts'
import { block } from '../engine/compile/component.ts'
import { type Issue, warningIssue } from '../schema/issue.ts'
import { Type } from '../schema/type.ts'

const NAMESPACE = 'telemetry/logstash'

export const logstashBlock = block({
  namespace: NAMESPACE,
  options: Type.Object({
    enabled: Type.Boolean({ default: true, description: 'Without effect: the block itself switches it on.' }),
  }),
  reading: 'map',
  check({ enabled }, { place }): Issue[] {
    const issues: Issue[] = []
    if (!enabled)
      issues.push(warningIssue('invalid-option', ['enabled'], 'is never read: messages become JSON all the same', 'remove the block'))
    if (place !== null && !place.config.extraConfig.has('telemetry/logging'))
      issues.push(warningIssue('invalid-option', [], 'has no effect without "telemetry/logging"', 'add it with "level" and "stdout"'))
    return issues
  },
})

/** Whether a configuration asks for it. compat: what the block says is never looked at. */
export function wantsLogstash(blocks: ExtraConfig): boolean {
  return blocks.has(NAMESPACE)
}
