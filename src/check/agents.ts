// What async agents need to be of any use. Knows no driver.

import { warningIssue } from '../schema/issue.ts'
import type { Rule } from './subject.ts'

/** compat: an agent without a driver is left out without a word. */
export const checkAgents: Rule = ({ config, drivers }) =>
  config.asyncAgents.flatMap(({ at, name, extraConfig }) => {
    if (drivers.some((namespace) => extraConfig.has(namespace))) return []
    const message = `nothing brings messages to the agent "${name}": it is not started`
    return [warningIssue('no-driver', [...at, 'extra_config'], message, `it needs one of ${drivers.join(', ')}`)]
  })
